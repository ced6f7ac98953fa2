# METADATA
# title: Terraform object that gave up
# description: |
#   It failed as often as `spec.remediation.retries` allows and does not try again, not at its interval and not when it is asked with an annotation. Only a new
#   revision or a change of its spec wakes it.
# schemas:
#   - input: schema.delivery
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [delivery]
#   ticket: TICKET-001
#   remediation: |-
#     mend what failed and push; or, when the cause is gone, change its spec where nobody looks: an annotation of the runner
#     pod, spec.runnerPodTemplate.metadata.annotations
package audit.retries_exhausted

deny contains {"message": message, "steps": steps} if {
	exhausted
	message := sprintf("Terraform %s/%s has failed %d times and does not try again (%s)", [
		input.terraform.namespace, input.terraform.name, input.failures, reason,
	])
}

exhausted if {
	not is_null(input.retries)
	input.failures > 0
	input.failures >= input.retries
}

exhausted if {
	input.stalled
	input.reason == "RetriesExhausted"
}

reason := input.reason if not is_null(input.reason)

else := "no reason is given"

# With a plan id in approvePlan a new generation could apply that plan once more.
steps := [{"do": "retry", "args": [input.terraform.namespace, input.terraform.name]}] if input.approve == "auto"

else := [{"do": "note", "args": ["push what mends it"]}]
