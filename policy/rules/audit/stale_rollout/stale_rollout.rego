# METADATA
# title: Secret that is newer than what uses it
# description: |
#   Environment variables are read once, when a container starts, and Terraform's variables once for each run. What runs has the old credentials until it starts anew.
#   When only keys that it does not use have changed, it runs with the right ones all the same.
# schemas:
#   - input: schema.workload
#   - input: schema.delivery
# custom:
#   severity: warning
#   scope: audit
#   when: tip
#   kinds: [workload, delivery]
#   ticket: TICKET-005
#   remediation: |-
#     restart the workload: `kubectl rollout restart`; have the Terraform object run: annotate it with
#     `reconcile.fluxcd.io/requestedAt`. The webhook does both by itself
#   parameters:
#     grace: {description: "how much later a change may be, as in 30s", default: 0s}
package audit.stale_rollout

import data.lib.durations

# METADATA
# schemas:
#   - input: schema.workload
deny contains {"message": message, "steps": [{"do": "restart", "args": [w.kind, w.namespace, w.name]}]} if {
	input.kind == "workload"
	count(newer) > 0
	w := input.workload
	message := sprintf("%s %s/%s runs since %s with what %s then said", [w.kind, w.namespace, w.name, input.oldest_pod, concat(", ", newer)])
}

# METADATA
# schemas:
#   - input: schema.delivery
deny contains {"message": message, "steps": [{"do": "reconcile", "args": ["Terraform", t.namespace, t.name]}]} if {
	input.kind == "delivery"
	not input.suspended
	count(newer) > 0
	t := input.terraform
	message := sprintf("Terraform %s/%s has last applied at %s with what %s then said", [t.namespace, t.name, input.last_success, concat(", ", newer)])
}

# Names of what has changed since.
newer contains sprintf("%s %s (changed %s)", [used.kind, used.name, used.changed]) if {
	some used in input.inputs
	used.newer_seconds > durations.seconds(data.parameters["audit/stale_rollout"].grace)
}
