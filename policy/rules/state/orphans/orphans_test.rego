package state.orphans_test

import data.state.orphans

request(spec, state) := {
	"kind": "request",
	"operation": "DELETE",
	"user": {"name": "alice", "groups": []},
	"namespace": "lotus-lake",
	"name": "lake",
	"object": null,
	"old_object": {
		"apiVersion": "infra.contrib.fluxcd.io/v1alpha2",
		"kind": "Terraform",
		"metadata": {"name": "lake", "namespace": "lotus-lake"},
		"spec": spec,
	},
	"live": {"terraforms": [], "missing": [], "state": state},
}

state(addresses, resources) := {
	"secret": "tfstate-default-lake",
	"found": true,
	"resources": resources,
	"addresses": addresses,
}

judged(document) := found if {
	found := orphans.deny with input as document
		with data.parameters as {"state/orphans": {"collectors": ["system:serviceaccount:kube-system:namespace-controller"]}}
}

warned(left) := {{
	"message": sprintf("deleting Terraform object lake leaves %s", [left]),
	"field": ["spec", "destroyResourcesOnDeletion"],
}}

two := state(["airbyte_connection.shopify", "airbyte_source.shopify"], 2)

test_two_resources if {
	every spec in [{}, {"destroyResourcesOnDeletion": false}, {"planOnly": true}] {
		judged(request(spec, two)) == warned("2 resources behind: airbyte_connection.shopify, airbyte_source.shopify")
	}
}

test_one_resource if judged(request({}, state(["a.a"], 1))) == warned("1 resource behind: a.a")

test_many_resources if {
	judged(request({}, state(["a.a", "a.b", "a.c", "a.d", "a.e", "a.f", "a.g", "a.h", "a.i", "a.j", "a.k", "a.l"], 40))) == warned(concat(" ", [
		"40 resources behind: a.a, a.b, a.c, a.d, a.e,",
		"a.f, a.g, a.h, a.i, a.j and 30 more",
	]))
}

test_state_that_cannot_be_read if {
	judged(request({}, null)) == warned("behind what it made, and its state cannot be read to say what")
}

test_plan_only_without_state_passes if judged(request({"planOnly": true}, null)) == set()

test_nothing_to_lose_passes if {
	judged(request({}, state([], 0))) == set()
	judged(request({}, object.union(state([], 0), {"found": false}))) == set()
}

test_destroyed_with_the_object_passes if judged(request({"destroyResourcesOnDeletion": true}, two)) == set()

test_deleted_already_passes if {
	going := {"old_object": {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}}
	judged(object.union(request({}, two), going)) == set()
}

test_collectors_pass if {
	collector := {"user": {"name": "system:serviceaccount:kube-system:namespace-controller"}}
	judged(object.union(request({}, two), collector)) == set()
}

test_other_kinds_pass if judged(object.union(request({}, two), {"old_object": {"kind": "Other"}})) == set()
