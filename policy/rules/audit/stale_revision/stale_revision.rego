# METADATA
# title: Push that has not arrived
# description: |
#   A pushed revision goes from the source's artifact to a plan and to the apply. This one has stood still for longer than such a step takes, and what runs is an
#   older revision.
# schemas:
#   - input: schema.delivery
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [delivery]
#   ticket: TICKET-001
#   remediation: |-
#     have the source fetched, and then the Terraform object run: `kubectl annotate --overwrite` both with
#     `reconcile.fluxcd.io/requestedAt="$(date +%s)"`; at `plan`, read the runner's error first
#   parameters:
#     after: {description: "how long a step may take, as in 10m", default: 10m}
package audit.stale_revision

import data.lib.durations

deny contains {"message": message, "steps": steps} if {
	input.step != "done"
	overdue
	message := sprintf("Terraform %s/%s stands at %s of %s%s%s; applied is %s", [
		input.terraform.namespace, input.terraform.name, step_names[input.step], revision(input.source.revision), because, since,
		revision(input.applied),
	])
}

# What nobody knows the time of counts as overdue.
overdue if is_null(input.age_seconds)

overdue if input.age_seconds >= durations.seconds(data.parameters["audit/stale_revision"].after)

revision(text) := text if not is_null(text)

revision(text) := "nothing" if is_null(text)

step_names := {
	"source": "fetching the source", "attempt": "the first attempt", "suspended": "suspended, before an attempt", "plan": "the plan",
	"approve": "the approval", "apply": "the apply",
}

because := sprintf(" (%s)", [input.source.reason]) if {
	input.step == "source"
	not is_null(input.source.reason)
} else := " (its source does not exist)" if {
	input.step == "source"
	not input.source.found
} else := sprintf(" (%s)", [input.reason]) if {
	input.step in {"plan", "apply"}
	not is_null(input.reason)
} else := ""

since := sprintf(" since %s", [input.since]) if not is_null(input.since)

else := ""

steps := [{"do": "note", "args": ["resume it in git: spec.suspend is true"]}] if {
	input.step == "suspended"
} else := [{"do": "note", "args": [sprintf("approve the plan in git: spec.approvePlan: %s", [input.pending_plan])]}] if {
	input.step == "approve"
} else := [{"do": "note", "args": ["create its source in git"]}] if {
	not input.source.found
} else := [
	{"do": "reconcile", "args": [input.source.kind, input.source.namespace, input.source.name]},
	{"do": "reconcile", "args": ["Terraform", input.terraform.namespace, input.terraform.name]},
]
