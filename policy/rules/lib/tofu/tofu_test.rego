package lib.tofu_test

import data.lib.tofu

bare := {"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform", "spec": {"interval": "1m"}}

test_terraform_of_any_version if {
	tofu.terraform(bare)
	tofu.terraform({"apiVersion": "infra.contrib.fluxcd.io/v1", "kind": "Terraform"})
}

test_other_objects_are_not if {
	every object in [
		{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"},
		{"apiVersion": "app.terraform.io/v1alpha2", "kind": "Terraform"},
		{"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Other"},
		{"apiVersion": 1, "kind": "Terraform"},
		{},
	] {
		not tofu.terraform(object)
	}
}

test_a_patch_is_not_complete if {
	not tofu.complete(bare)
	tofu.complete(object.union(bare, {"spec": {"sourceRef": {"kind": "GitRepository", "name": "lake"}}}))
}

test_called_by_its_name if {
	tofu.called({"metadata": {"name": "lake"}}) == "Terraform object lake"
	tofu.called({"metadata": {"name": 5}}) == "Terraform object"
	tofu.called({"metadata": {"generateName": "lake-"}}) == "Terraform object"
}
