package main

func streamRemedies() map[string][]remedyCase {
	catalog := command(writeCatalogs)
	const (
		shopFile   = "orchestration/dag/streams/shopify/shop.json"
		discovered = "orchestration/dag/sources/shopify/shop.json"
	)
	return map[string][]remedyCase{
		"stream/invalid_modes": {{
			example: "each sync would overwrite what the last one brought",
			do:      []step{edit(`set "destination_sync_mode" to "append"`, ordersFile, `"overwrite"`, `"append"`), catalog},
		}},
		"stream/invalid_schedule": {{
			example: "a Quartz expression, as Airbyte takes it",
			do:      []step{edit(`"schedule": "0 * * * *"`, "orchestration/dag/streams/odoo/orders.json", `"schedule": "0 0 * * * ?"`, `"schedule": "0 * * * *"`)},
		}},
		"stream/missing_catalog": {{
			example: "a new source was pushed without its catalog",
			do:      []step{catalog},
		}},
		"stream/missing_cursor": {
			{
				example: "neither the file nor the source names a cursor",
				do: []step{
					edit(`name the column of "fields" that grows with each change`, ordersFile, `{"id": {"type": "integer"}}`, `{"id": {"type": "integer"}, "updated_at": {"type": "string"}}`),
					edit(`"cursor_field": ["updated_at"]`, ordersFile, `"primary_key": [["id"]],`, `"primary_key": [["id"]], "cursor_field": ["updated_at"],`), catalog,
				},
			},
			{
				example: "neither the file nor the source names a cursor",
				do:      []step{edit(`set "sync_mode" to "full_refresh"`, ordersFile, `"incremental"`, `"full_refresh"`), catalog},
			},
		},
		"stream/missing_key": {
			{
				example: "rows of which key shall be deduplicated?",
				do:      []step{edit(`"primary_key": [["id"]]`, ordersFile, `"cursor_field"`, `"primary_key": [["id"]], "cursor_field"`), catalog},
			},
			{
				example: "rows of which key shall be deduplicated?",
				do:      []step{edit(`set "destination_sync_mode" to "append"`, ordersFile, `"append_dedup"`, `"append"`), catalog},
			},
		},
		"stream/name_mismatch": {
			{
				example: "a file copied from another stream",
				do: []step{
					edit(`set "stream" to the file's name`, "orchestration/dag/streams/shopify/order_refunds.json", `"orders"`, `"order_refunds"`), catalog,
				},
			},
			{
				example: "a file copied from another stream",
				do:      []step{command("git mv <file> <directory>/<stream>.json", "stream", "orders"), catalog},
			},
		},
		"stream/orphan_catalog": {{
			example: "the stream was deleted, and its catalog left behind",
			do:      []step{command("git rm -q <file>")},
		}},
		"stream/schema": {
			{
				example: "of two values of one key the generator takes the last", base: map[string]string{ordersFile: plainOrders}, catalogs: true,
				do: []step{edit("correct what the message names", ordersFile, ",\n  \"selected\": false", ""), command("gate check")},
			},
			{
				example: "a misspelt key would be ignored in silence", catalogs: true,
				base: map[string]string{ordersFile: plainOrders, backfillFile: reset("shopify"), connectionsFile: connections},
				do:   []step{edit("correct what the message names", ordersFile, "back_fill", "backfill"), command("gate check")},
			},
		},
		"stream/stale_catalog": {
			{
				example: "a field was added, and the catalog was not generated again",
				do:      []step{catalog},
			},
			{
				example: "a discovered schema that does not parse",
				do:      []step{edit("mend the file at that line", discovered, `"fields": {"id": {"type": "integer"}`, `"fields": {"id": {"type": "integer"}}`), catalog},
			},
		},
		"stream/unknown_field": {{
			example: "a misspelt field",
			do:      []step{edit("correct or delete the field", ordersFile, `"totalprice"`, `"total_price"`), catalog},
		}},
		"stream/unselected_cursor_or_key": {{
			example: "neither cursor nor key is selected",
			do: []step{
				edit(`add the column to "fields"`, ordersFile, `"total_price": {"type": "string"}`, `"total_price": {"type": "string"}, "id": {"type": "integer"}, "updated_at": {"type": "string"}`), catalog,
			},
		}},
		"stream/unsupported_mode": {
			{
				example: "a stream that can only be read whole",
				do:      []step{edit("use a mode that is supported", shopFile, `"incremental"`, `"full_refresh"`), catalog},
			},
			{
				example: "the source prescribes another cursor",
				do: []step{
					edit(`delete a "cursor_field" or "primary_key" that overrides the source's`, ordersFile, "  \"cursor_field\": [\"created_at\"],\n", ""),
					edit(`list its columns in "fields"`, ordersFile, `"fields": {`, `"fields": {"updated_at": {"type": "string", "format": "date-time"}, `), catalog,
				},
			},
		},
	}
}
