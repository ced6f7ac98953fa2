package manifest.runner_reused_test

import data.manifest.runner_reused

object_with(spec) := {
	"apiVersion": "infra.contrib.fluxcd.io/v1alpha2",
	"kind": "Terraform",
	"metadata": {"name": "lake", "namespace": "lotus-lake"},
	"spec": object.union({"interval": "5m", "sourceRef": {"kind": "GitRepository", "name": "lake"}}, spec),
}

judged(manifest) := found if {
	found := runner_reused.deny with input as {"kind": "manifest", "path": "a.yaml", "object": manifest, "encrypted": false}
}

test_other_kinds_pass if {
	every other in [
		{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"},
		{"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Other"},
		{"apiVersion": 7, "kind": ["Terraform"], "spec": "no object"},
	] {
		judged(object.union(object_with({"alwaysCleanupRunnerPod": false}), other)) == set()
	}
}

test_false if {
	judged(object_with({"alwaysCleanupRunnerPod": false})) == {{
		"message": "Terraform object lake reuses its runner pod, which keeps the credentials it started with",
		"field": ["spec", "alwaysCleanupRunnerPod"],
	}}
}

test_true_and_unset_pass if {
	every spec in [{}, {"alwaysCleanupRunnerPod": true}, {"alwaysCleanupRunnerPod": null}] {
		judged(object_with(spec)) == set()
	}
}

test_a_patch_is_judged_by_what_it_sets if {
	count(judged(json.remove(object_with({"alwaysCleanupRunnerPod": false}), ["spec/sourceRef"]))) == 1
}
