package backfill.unstable_trigger_test

import data.backfill.unstable_trigger

at := {"path": "infra/backfill.tf", "line": 12, "column": 5}

reset(unstable) := {
	"address": "null_resource.shopify_backfill",
	"directories": ["orchestration/dag/streams/shopify"],
	"connections": ["airbyte_connection.shopify_to_lake"],
	"unstable": unstable,
	"at": at,
}

judged(resets) := found if {
	found := unstable_trigger.deny with input as {"kind": "module", "path": "infra", "resets": resets}
}

test_each_unstable_call if {
	message := "null_resource.shopify_backfill is replaced at every apply: %s() gives another value each time"
	judged([reset([{"call": "timestamp", "at": at}, {"call": "uuid", "at": at}])]) == {
		{"message": sprintf(message, ["timestamp"]), "at": at},
		{"message": sprintf(message, ["uuid"]), "at": at},
	}
}

test_stable_trigger_passes if judged([reset([])]) == set()

test_no_reset_passes if judged([]) == set()
