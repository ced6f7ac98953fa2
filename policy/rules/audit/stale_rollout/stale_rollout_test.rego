package audit.stale_rollout_test

import data.audit.stale_rollout
import data.lib.sample

used(seconds) := {"inputs": [
	{"kind": "Secret", "name": "s3", "changed": "2026-06-01T11:30:00Z", "newer_seconds": seconds},
	{"kind": "Secret", "name": "old", "changed": null, "newer_seconds": null},
]}

none := {"audit/stale_rollout": {"grace": "0s"}}

said(doc) := denied if denied := stale_rollout.deny with input as doc with data.parameters as none

test_workload if {
	said(object.union(sample.workload(used(1800)), {"kind": "workload"})) == {{
		"message": "Deployment lake/cube runs since 2026-06-01T11:00:00Z with what Secret s3 (changed 2026-06-01T11:30:00Z) then said",
		"steps": [{"do": "restart", "args": ["Deployment", "lake", "cube"]}],
	}}
}

test_terraform if {
	said(object.union(sample.delivery(used(1740)), {"kind": "delivery"})) == {{
		"message": "Terraform lake/lake has last applied at 2026-06-01T11:01:00Z with what Secret s3 (changed 2026-06-01T11:30:00Z) then said",
		"steps": sample.reconcile,
	}}
}

test_fine if {
	said(object.union(sample.workload(used(0)), {"kind": "workload"})) == set()
	said(object.union(sample.workload(used(-60)), {"kind": "workload"})) == set()
	said(object.union(sample.delivery(used(-60)), {"kind": "delivery"})) == set()
	said(object.union(sample.delivery(object.union(used(60), {"suspended": true})), {"kind": "delivery"})) == set()
}
