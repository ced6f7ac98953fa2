package main

const (
	flagOn  = `"backfill": true`
	flagOff = `"backfill": false`
)

func backfillRemedies() map[string][]remedyCase {
	covered := map[string]string{ordersFile: plainOrders, customersFile: plainCustomers, backfillFile: reset("shopify"), connectionsFile: connections}
	return map[string][]remedyCase{
		"backfill/mixed_change": {{
			example: "a flag and the mode of another stream", base: covered,
			do: []step{
				edit(`set "backfill" to false again and push the other changes`, ordersFile, flagOn, flagOff), pushed(),
				edit(`push the commit that sets it to true`, ordersFile, flagOff, flagOn),
			},
		}},
		"backfill/not_airbyte": {{
			example: "a flag on a dlt stream",
			do:      []step{command("gate fix --write backfill/not_airbyte")},
		}},
		"backfill/not_rearmed": {
			{
				example: "another flag was still on", base: covered,
				do: []step{
					edit(`set "backfill" to false in every file of the source and push`, ordersFile, flagOn, flagOff),
					edit(`set "backfill" to false in every file of the source and push`, customersFile, flagOn, flagOff), pushed(),
					edit(`push the commit that sets this one to true`, customersFile, flagOff, flagOn),
				},
			},
			{
				example: "the other flag goes off in the same push", base: covered,
				do: []step{
					edit(`set "backfill" to false in every file of the source and push`, customersFile, flagOn, flagOff), pushed(),
					edit(`push the commit that sets this one to true`, customersFile, flagOff, flagOn),
				},
			},
		},
		"backfill/overdue": {{
			example: "on for five days",
			do:      []step{command("gate fix --write backfill/overdue")},
		}},
		"backfill/resets_siblings": {{
			example: "one of two streams has asked", base: covered,
			do: []step{edit(`otherwise set "backfill" to false`, ordersFile, flagOn, flagOff)},
		}},
		"backfill/uncovered": {{
			example: "backfill.tf knows only another source",
			base: map[string]string{
				"orchestration/dag/streams/shopify/orders.json": plainOrders, backfillFile: reset("shopify"), connectionsFile: connections,
				"orchestration/dag/streams/klaviyo/lists.json": `{"stream": "lists", "sync_mode": "full_refresh", "destination_sync_mode": "overwrite", "fields": {"id": {"type": "integer"}}}`,
			},
			do: []step{
				edit(`set "backfill" to false`, "orchestration/dag/streams/klaviyo/lists.json", flagOn, flagOff),
				edit(`copy the locals and the null_resource of another source`, backfillFile, "", reset("klaviyo")), pushed(),
				edit(`push the commit that sets it to true`, "orchestration/dag/streams/klaviyo/lists.json", flagOff, flagOn),
			},
		}},
		"backfill/unstable_trigger": {{
			example: "the time is the trigger", base: map[string]string{ordersFile: plainOrders, connectionsFile: connections},
			do: []step{edit(
				"triggers = { connection_id = airbyte_connection.<name>.connection_id }", backfillFile,
				"triggers = {\n    at = timestamp()\n  }", "triggers = { connection_id = airbyte_connection.shopify_to_lake.connection_id }",
			)},
		}},
	}
}
