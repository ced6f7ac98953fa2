package manifest.forced_test

import data.manifest.forced

object_with(spec) := {
	"apiVersion": "infra.contrib.fluxcd.io/v1alpha2",
	"kind": "Terraform",
	"metadata": {"name": "lake", "namespace": "lotus-lake"},
	"spec": object.union({"interval": "5m", "sourceRef": {"kind": "GitRepository", "name": "lake"}}, spec),
}

judged(manifest) := found if {
	found := forced.deny with input as {"kind": "manifest", "path": "a.yaml", "object": manifest, "encrypted": false}
}

test_other_kinds_pass if {
	every other in [
		{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"},
		{"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Other"},
		{"apiVersion": 7, "kind": ["Terraform"], "spec": "no object"},
	] {
		judged(object.union(object_with({"force": true}), other)) == set()
	}
}

test_true if {
	judged(object_with({"force": true})) == {{
		"message": "Terraform object lake plans and applies at every reconcile, changed or not",
		"field": ["spec", "force"],
	}}
}

test_false_and_unset_pass if {
	every spec in [{}, {"force": false}, {"force": null}] {
		judged(object_with(spec)) == set()
	}
}

test_a_patch_is_judged_by_what_it_sets if {
	count(judged(json.remove(object_with({"force": true}), ["spec/sourceRef"]))) == 1
}
