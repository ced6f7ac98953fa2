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

with_spec(spec) := {
	"apiVersion": "infra.contrib.fluxcd.io/v1alpha2",
	"kind": "Terraform",
	"metadata": {"name": "lake"},
	"spec": spec,
}

test_state_in_a_secret if {
	tofu.secret_state(with_spec({})) == {"workspace": "default", "suffix": "lake"}
	tofu.secret_state(with_spec({"workspace": "", "backendConfig": {"secretSuffix": ""}})) == {"workspace": "default", "suffix": "lake"}
	tofu.secret_state(with_spec({"workspace": "test", "backendConfig": {"secretSuffix": "airbyte", "disable": false}})) == {
		"workspace": "test",
		"suffix": "airbyte",
	}
}

test_state_elsewhere if {
	every spec in [
		{"backendConfig": {"disable": true}}, {"backendConfig": {"customConfiguration": "backend \"s3\" {}"}},
		{"backendConfig": {"configPath": "backend.tf"}}, {"backendConfigsFrom": [{"kind": "Secret", "name": "s3"}]}, {"cloud": {}},
	] {
		not tofu.secret_state(with_spec(spec))
	}
}

test_shared if {
	tofu.shared("lake/green", {"workspace": "default", "suffix": "airbyte"}, "lake/blue") == concat(" ", [
		"Terraform object lake/green keeps its state in Secret",
		"tfstate-default-airbyte, as lake/blue does",
	])
}

test_material if {
	tofu.material({"metadata": {"name": "tfstate-default-lake"}}) == "state"
	tofu.material({"metadata": {"name": "tfplan-default-lake-1"}}) == "plan"
	tofu.material({"metadata": {"name": "renamed", "labels": {"tfstate": "true"}}}) == "state"
	tofu.material({"metadata": {"name": "renamed", "labels": {tofu.plan_label: "lake"}}}) == "plan"
}

test_other_secrets_are_no_material if {
	every secret in [
		{"metadata": {"name": "airbyte"}}, {"metadata": {"name": "a-tfstate-default"}},
		{"metadata": {"name": "airbyte", "labels": {"tfstate": "false"}}}, {},
	] {
		not tofu.material(secret)
	}
}
