package audit.backfill_stuck_test

import data.audit.backfill_stuck

at := {"path": "streams/shopify/orders.json", "line": 4, "column": 3}

job(changes) := object.union(
	{
		"type": "reset_connection", "status": "succeeded", "created": "2026-06-01T10:00:00Z", "updated": "2026-06-01T10:05:00Z", "after_flag": true,
	},
	changes,
)

doc(jobs, applied) := {
	"source": "shopify", "flags": [{"stream": "orders", "at": at, "since": "2026-06-01T09:00:00Z", "age_seconds": 10800}],
	"connection": {"address": "airbyte_connection.shopify", "id": "c1", "name": "Shopify → Lake"},
	"reset": {"address": "null_resource.shopify_backfill", "applied": applied}, "jobs": jobs,
}

found := {{
	"message": `backfill of shopify/orders is still on, and its reset is over: job reset_connection of connection "Shopify → Lake" ended at 2026-06-01T10:05:00Z`,
	"at": at, "steps": [{"do": "backfill_off", "args": ["streams/shopify/orders.json"]}],
}}

test_over if {
	backfill_stuck.deny == found with input as doc([job({"type": "sync"}), job({})], true)
	backfill_stuck.deny == found with input as doc([job({"after_flag": null})], true)
}

test_fine if {
	backfill_stuck.deny == set() with input as doc(null, true)
	backfill_stuck.deny == set() with input as doc([], true)
	backfill_stuck.deny == set() with input as doc([job({"type": "sync"})], true)
	backfill_stuck.deny == set() with input as doc([job({"status": "failed"})], true)
	backfill_stuck.deny == set() with input as doc([job({"status": "running"}), job({})], true)
	backfill_stuck.deny == set() with input as doc([job({"after_flag": false})], true)
	backfill_stuck.deny == set() with input as doc([job({"after_flag": null})], false)
}
