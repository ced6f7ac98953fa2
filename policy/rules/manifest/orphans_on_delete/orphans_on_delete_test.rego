package manifest.orphans_on_delete_test

import data.manifest.orphans_on_delete

object_with(spec) := {
	"apiVersion": "infra.contrib.fluxcd.io/v1alpha2",
	"kind": "Terraform",
	"metadata": {"name": "lake", "namespace": "lotus-lake"},
	"spec": object.union({"interval": "5m", "sourceRef": {"kind": "GitRepository", "name": "lake"}}, spec),
}

judged(manifest) := found if {
	found := orphans_on_delete.deny with input as {"kind": "manifest", "path": "a.yaml", "object": manifest, "encrypted": false}
}

test_other_kinds_pass if {
	every other in [
		{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"},
		{"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Other"},
		{"apiVersion": 7, "kind": ["Terraform"], "spec": "no object"},
	] {
		judged(object.union(object_with({}), other)) == set()
	}
}

refused := {{
	"message": "Terraform object lake leaves its resources behind when it is deleted",
	"field": ["spec", "destroyResourcesOnDeletion"],
}}

test_not_true if {
	every spec in [
		{}, {"destroyResourcesOnDeletion": false}, {"destroyResourcesOnDeletion": null},
		{"destroyResourcesOnDeletion": "true"}, {"planOnly": false},
	] {
		judged(object_with(spec)) == refused
	}
}

test_true_passes if judged(object_with({"destroyResourcesOnDeletion": true})) == set()

test_plan_only_passes if judged(object_with({"planOnly": true})) == set()

test_patch_passes if judged(json.remove(object_with({}), ["spec/sourceRef"])) == set()

test_no_spec_passes if judged(json.remove(object_with({}), ["spec"])) == set()
