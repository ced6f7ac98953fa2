# Documents of an audit for the tests of rules: a connection on which git, state and Airbyte agree, and a Terraform
# object that has applied the newest revision.
package lib.sample

read_all := {"git": true, "state": true, "airbyte": true}

connection(id) := {
	"id": id, "name": "Shopify → Lake", "status": "active", "used_by": [],
	"source": {"id": "s1", "known": true, "name": "Shopify", "address": null},
	"destination": {"id": "d1", "known": true, "name": "Lake", "address": null},
}

at := {"path": "terraform/connections.tf", "line": 3, "column": 1}

block := {
	"address": "airbyte_connection.shopify", "module": "terraform", "title": "Shopify → Lake", "repeated": false,
	"at": at, "state": "Secret lake/tfstate-default-lake", "terraform": {"namespace": "lake", "name": "lake"},
}

claim(id) := {
	"state": "Secret lake/tfstate-default-lake", "path": "secrets/lake/tfstate-default-lake", "file": false, "owned": true,
	"lineage": "l1", "serial": 4, "address": "airbyte_connection.shopify", "id": id, "name": "Shopify → Lake", "deposed": false,
	"source_id": "s1", "destination_id": "d1",
}

stray(id) := object.union(claim(id), {
	"state": "file terraform.tfstate", "path": "terraform.tfstate", "file": true, "owned": false, "lineage": "l2",
})

managed := {
	"role": "connection", "type": "airbyte_connection", "address": "airbyte_connection.shopify", "name": "Shopify → Lake",
	"git": block, "claims": [claim("c1")], "rivals": [], "airbyte": connection("c1"), "namesakes": [], "adopt": null,
	"differences": [], "access_keys": [], "terraform": {"namespace": "lake", "name": "lake"}, "read": read_all, "unsure": false,
}

resource(changes) := object.union(managed, changes)

reconcile := [{"do": "reconcile", "args": ["Terraform", "lake", "lake"]}]

delivered := {
	"terraform": {"namespace": "lake", "name": "lake"}, "backend": "secret", "suspended": false, "approve": "auto",
	"source": {
		"kind": "GitRepository", "namespace": "flux-system", "name": "lake", "found": true, "suspended": false,
		"revision": "main@sha1:bbb", "since": "2026-06-01T11:00:00Z", "age_seconds": 3600, "ready": "True", "reason": "Succeeded",
	},
	"attempted": "main@sha1:bbb", "planned": "main@sha1:bbb", "applied": "main@sha1:bbb", "pending_plan": null,
	"failures": 0, "retries": null, "stalled": false, "ready": "True", "reason": "TerraformAppliedSucceed",
	"last_success": "2026-06-01T11:01:00Z", "interval_seconds": 300, "step": "done", "since": "2026-06-01T11:01:00Z", "age_seconds": 3540,
	"inputs": [], "access_keys": [],
}

delivery(changes) := object.union(delivered, changes)

workload(changes) := object.union(
	{
		"workload": {"kind": "Deployment", "namespace": "lake", "name": "cube"}, "running": 1, "oldest_pod": "2026-06-01T11:00:00Z",
		"inputs": [], "access_keys": [], "code": [],
	},
	changes,
)
