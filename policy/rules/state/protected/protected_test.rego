package state.protected_test

import data.state.protected

labels := {"tfstate": "true", "tfstateSecretSuffix": "lake", "tfstateWorkspace": "default"}

secret(name, labels) := {
	"apiVersion": "v1",
	"kind": "Secret",
	"metadata": {"name": name, "namespace": "lotus-lake", "labels": labels},
	"data": {"tfstate": ""},
}

owner := {
	"namespace": "lotus-lake",
	"name": "lake",
	"workspace": "default",
	"suffix": "lake",
	"backend": "secret",
	"service_account": "tf-runner",
}

request(operation, user, new, old) := {
	"kind": "request",
	"operation": operation,
	"user": {"name": user, "groups": ["system:authenticated", "admins", "oncall"]},
	"namespace": "lotus-lake",
	"object": new,
	"old_object": old,
	"unchanged": false,
	"live": {"terraforms": [owner], "missing": [], "state": null},
}

state := secret("tfstate-default-lake", labels)

update(user) := request("UPDATE", user, state, state)

delete(user) := request("DELETE", user, null, state)

judged_with(document, groups) := found if {
	found := protected.deny with input as document
		with data.parameters as {"state/protected": {
			"writers": ["system:serviceaccount:flux-system:tofu-controller"],
			"collectors": ["system:serviceaccount:kube-system:namespace-controller"],
			"break_glass_groups": groups,
		}}
}

judged(document) := judged_with(document, [])

test_update if {
	judged(update("alice")) == {{"message": "alice may not change Secret lotus-lake/tfstate-default-lake, which holds the state of Terraform object lake"}}
}

test_delete if {
	judged(delete("alice")) == {{"message": "alice may not delete Secret lotus-lake/tfstate-default-lake, which holds the state of Terraform object lake"}}
}

test_plan if {
	plan := secret("tfplan-default-lake-1", {})
	judged(request("DELETE", "alice", null, plan)) == {{"message": "alice may not delete Secret lotus-lake/tfplan-default-lake-1, which holds a plan of Terraform object lake"}}
}

test_owner_that_is_gone if {
	orphaned := object.union(delete("system:serviceaccount:lotus-lake:tf-runner"), {"live": {"terraforms": []}})
	judged(orphaned) == {{"message": concat(" ", [
		"system:serviceaccount:lotus-lake:tf-runner may not delete Secret lotus-lake/tfstate-default-lake,",
		"which holds the state of a Terraform object that is not there",
	])}}
}

test_labels_taken_off_or_changed if {
	bare := secret("tfstate-default-lake", {"tfstateSecretSuffix": "other", "tfstateWorkspace": "default"})
	judged(request("UPDATE", "alice", bare, state)) == {{
		"message": concat(" ", [
			"alice may not change the labels (tfstate, tfstateSecretSuffix) of Secret lotus-lake/tfstate-default-lake,",
			"which holds the state of Terraform object lake",
		]),
		"field": ["metadata", "labels", "tfstate"],
	}}
}

test_state_that_only_its_labels_tell if {
	count(judged(request("UPDATE", "alice", secret("copy", {}), secret("copy", labels)))) == 1
}

test_other_secrets_pass if {
	every name in ["airbyte", "my-tfstate-default-lake"] {
		judged(request("DELETE", "alice", null, secret(name, {}))) == set()
	}
}

test_writers_pass if {
	every user in [
		"system:serviceaccount:lotus-lake:tf-runner", "system:serviceaccount:flux-system:tofu-controller",
		"system:serviceaccount:kube-system:namespace-controller",
	] {
		judged(update(user)) == set()
		judged(delete(user)) == set()
	}
}

test_other_runners_do_not_pass if {
	every user in ["system:serviceaccount:other:tf-runner", "system:serviceaccount:lotus-lake:default", "tf-runner"] {
		count(judged(update(user))) == 1
	}
}

test_update_that_changes_nothing_passes if judged(object.union(update("alice"), {"unchanged": true})) == set()

test_break_glass_is_told if {
	{found.break_glass | some found in judged_with(delete("alice"), ["oncall", "admins", "root"])} == {"admins"}
}

test_groups_without_break_glass if {
	every found in judged_with(delete("alice"), ["root"]) {
		not found.break_glass
	}
}
