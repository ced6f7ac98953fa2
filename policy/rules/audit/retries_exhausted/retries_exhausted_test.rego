package audit.retries_exhausted_test

import data.audit.retries_exhausted
import data.lib.sample

retry := [{"do": "retry", "args": ["lake", "lake"]}]

test_as_often_as_allowed if {
	retries_exhausted.deny == {{
		"message": "Terraform lake/lake has failed 3 times and does not try again (TFExecPlanFailed)", "steps": retry,
	}} with input as sample.delivery({"retries": 3, "failures": 3, "reason": "TFExecPlanFailed"})
}

test_stalled if {
	retries_exhausted.deny == {{
		"message": "Terraform lake/lake has failed 0 times and does not try again (RetriesExhausted)",
		"steps": [{"do": "note", "args": ["push what mends it"]}],
	}} with input as sample.delivery({"stalled": true, "reason": "RetriesExhausted", "approve": ""})
}

test_no_reason if {
	retries_exhausted.deny == {{
		"message": "Terraform lake/lake has failed 2 times and does not try again (no reason is given)", "steps": retry,
	}} with input as sample.delivery({"retries": 1, "failures": 2, "reason": null})
}

test_fine if {
	retries_exhausted.deny == set() with input as sample.delivered
	retries_exhausted.deny == set() with input as sample.delivery({"retries": 3, "failures": 2})
	retries_exhausted.deny == set() with input as sample.delivery({"retries": 0, "failures": 0})
	retries_exhausted.deny == set() with input as sample.delivery({"stalled": true, "reason": "Other"})
}
