package audit.stale_revision_test

import data.audit.stale_revision
import data.lib.sample

steps := [{"do": "reconcile", "args": ["GitRepository", "flux-system", "lake"]}, {"do": "reconcile", "args": ["Terraform", "lake", "lake"]}]

ten := {"audit/stale_revision": {"after": "10m"}}

old := {"applied": "main@sha1:aaa", "since": "2026-06-01T11:00:00Z", "age_seconds": 3600}

stuck(changes) := sample.delivery(object.union(old, changes))

said(doc) := {[d.message, d.steps] | some d in denied} if denied := stale_revision.deny with input as doc with data.parameters as ten

test_newer_than_attempted if {
	said(stuck({"step": "attempt", "attempted": "main@sha1:aaa"})) == {[
		"Terraform lake/lake stands at the first attempt of main@sha1:bbb since 2026-06-01T11:00:00Z; applied is main@sha1:aaa",
		steps,
	]}
}

test_attempted_newer_than_applied if {
	said(stuck({"step": "plan", "reason": "TFExecPlanFailed"})) == {[
		"Terraform lake/lake stands at the plan of main@sha1:bbb (TFExecPlanFailed) since 2026-06-01T11:00:00Z; applied is main@sha1:aaa",
		steps,
	]}
	said(stuck({"step": "apply", "reason": null, "since": null, "age_seconds": null, "applied": null})) == {[
		"Terraform lake/lake stands at the apply of main@sha1:bbb; applied is nothing",
		steps,
	]}
}

test_waits_for_a_human if {
	said(stuck({"step": "approve", "pending_plan": "plan-main-bbb"})) == {[
		"Terraform lake/lake stands at the approval of main@sha1:bbb since 2026-06-01T11:00:00Z; applied is main@sha1:aaa",
		[{"do": "note", "args": ["approve the plan in git: spec.approvePlan: plan-main-bbb"]}],
	]}
	said(stuck({"step": "suspended"})) == {[
		"Terraform lake/lake stands at suspended, before an attempt of main@sha1:bbb since 2026-06-01T11:00:00Z; applied is main@sha1:aaa",
		[{"do": "note", "args": ["resume it in git: spec.suspend is true"]}],
	]}
}

source(changes) := object.union(object.union(sample.delivered.source, {"revision": null}), changes)

test_no_artifact if {
	said(stuck({"step": "source", "source": source({"reason": "GitOperationFailed"})})) == {[
		"Terraform lake/lake stands at fetching the source of nothing (GitOperationFailed) since 2026-06-01T11:00:00Z; applied is main@sha1:aaa",
		steps,
	]}
	said(stuck({"step": "source", "source": source({"reason": null, "found": false})})) == {[
		"Terraform lake/lake stands at fetching the source of nothing (its source does not exist) since 2026-06-01T11:00:00Z; applied is main@sha1:aaa",
		[{"do": "note", "args": ["create its source in git"]}],
	]}
}

test_fine if {
	said(sample.delivered) == set()
	said(stuck({"step": "attempt", "age_seconds": 599})) == set()
	said(stuck({"step": "done"})) == set()
}
