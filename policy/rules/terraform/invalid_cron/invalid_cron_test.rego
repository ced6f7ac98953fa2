package terraform.invalid_cron_test

import data.terraform.invalid_cron

at := {"path": "tf/connections.tf", "line": 7, "column": 7}

found(error) := denied if {
	cron := {
		"expression": "*/20 * * * *",
		"time_zone": "UTC",
		"error": error,
		"from": "airbyte_connection.shopify_to_lake",
		"at": at,
	}
	denied := invalid_cron.deny with input as {"crons": [cron]}
}

test_a_wrong_schedule_is_reported_with_what_is_wrong if {
	message := `airbyte_connection.shopify_to_lake has the schedule "*/20 * * * *": it has five fields, want six or seven`
	found("it has five fields, want six or seven.") == {{"message": message, "at": at}}
}

test_a_right_schedule_is_silent if {
	found(null) == set()
}
