package main

func terraformRemedies() map[string][]remedyCase {
	const (
		odooFile  = "orchestration/airbyte/terraform/odoo.tf"
		mainFile  = "orchestration/airbyte/terraform/main.tf"
		someSaid  = "variable \"workspace_id\" {}\n"
		userFile  = "orchestration/airbyte/terraform/user.tf"
		workspace = "resource \"airbyte_destination\" \"s3\" {\n  name         = \"S3\"\n  workspace_id = var.workspace_id\n}\n"
	)
	again := []step{command(beginAgain), command("git commit -a -C ORIG_HEAD")}
	return map[string][]remedyCase{
		"terraform/dangling_reference": {
			{
				example: "the source went, its connection stayed",
				do:      []step{drop("a connection goes together with its source", connectionsFile)},
			},
			{
				example: "one letter of the name is wrong",
				do:      []step{edit("correct the name", mainFile, "airbyte_source.shopifi.", "airbyte_source.shopify.")},
			},
		},
		"terraform/duplicate_address": {
			{
				example: "two merges each added the source",
				do:      []step{drop("delete one of the two blocks", odooFile)},
			},
			{
				example: "two merges each added the source",
				do:      []step{edit("give the new one another name", sourcesFile, `"airbyte_source" "odoo"`, `"airbyte_source" "odoo_erp"`)},
			},
		},
		"terraform/duplicate_name": {{
			example: "a copied connection kept the name",
			do:      []step{edit("give each its own `name`", connectionsFile, "\"klaviyo_to_lake\" {\n  name = \"Shopify → S3\"", "\"klaviyo_to_lake\" {\n  name = \"Klaviyo → S3\"")},
		}},
		"terraform/invalid_cron": {{
			example: "a line from a crontab",
			do:      []step{edit(`cron_expression = "0 0,20,40 * * * ?"`, connectionsFile, `cron_expression = "*/20 * * * *"`, `cron_expression = "0 0,20,40 * * * ?"`)},
		}},
		"terraform/literal_credential": {
			{
				example: "a password in a source's configuration", base: map[string]string{variablesFile: someSaid, userFile: workspace},
				do: append([]step{
					edit(`variable "<name>" { sensitive = true }`, variablesFile, "", "variable \"shopify_api_password\" { sensitive = true }\n"),
					edit("var.<name>", sourcesFile, `"not-a-real-one-3f9c2"`, "var.shopify_api_password"),
				}, again...),
			},
			{
				example: "a default for a credential",
				do:      append([]step{edit("delete the default", variablesFile, "  default = \"local-only\"\n", "")}, again...),
			},
		},
		"terraform/missing_file": {
			{
				example: "the connection reads a catalog that was never committed",
				base:    map[string]string{"orchestration/dag/streams/shopify/orders.json": plainOrders}, catalogs: true,
				do: []step{edit("correct the path", connectionsFile, "streams/odoo/", "streams/shopify/")},
			},
			{
				example: "the connection reads a catalog that was never committed",
				base:    map[string]string{".gitignore": "_catalog.json\n"},
				with:    map[string]string{"orchestration/dag/streams/odoo/orders.json": plainOrders},
				do:      []step{command(writeCatalogs), command("git add -f <path>", "path", "orchestration/dag/streams/odoo/_catalog.json")},
			},
		},
		"terraform/replaced_without_moved": {
			{
				example: "a rename in the file alone",
				do:      []step{paste(sourcesFile)},
			},
			{
				example: "a rename in the file alone",
				do: []step{
					drop("push the removal first if they are not", sourcesFile), pushed(),
					edit("push the removal first if they are not", sourcesFile, "", "resource \"airbyte_source\" \"shopify_us\" {\n  name = \"Shopify\"\n}\n"),
				},
			},
		},
		"terraform/syntax": {{
			example: "the brace of a source was lost",
			base:    map[string]string{"orchestration/airbyte/terraform/klaviyo.tf": "resource \"airbyte_source\" \"klaviyo\" {\n  name = \"Klaviyo\"\n}\n"},
			do:      []step{edit("mend the file at the line shown", sourcesFile, "", "}\n")},
		}},
		"terraform/unconnected_source": {
			{
				example: "the connection went, its source stayed",
				do:      []step{drop("delete the airbyte_source and its variables", sourcesFile)},
			},
			{
				example: "the connection went, its source stayed",
				do: []step{edit("add the airbyte_connection that reads it", connectionsFile, "",
					"resource \"airbyte_connection\" \"odoo\" {\n  name      = \"Odoo\"\n  source_id = airbyte_source.odoo.source_id\n}\n")},
			},
		},
		"terraform/undeclared_variable": {
			{
				example: "the variable was forgotten",
				do:      []step{edit(`variable "<name>" {}`, variablesFile, "", "variable \"klaviyo_api_key\" {}\n")},
			},
			{
				example: "the variable was forgotten",
				do:      []step{edit(`variable "<name>" { sensitive = true }`, variablesFile, "", "variable \"klaviyo_api_key\" { sensitive = true }\n")},
			},
		},
		"terraform/unknown_attribute": {
			{
				example: "the time zone's key lacks an underscore",
				do:      []step{edit("correct the name as the message suggests", connectionsFile, "cron_timezone", "cron_time_zone")},
			},
			{
				example: "a block by another provider's name, so that the schedule is lost",
				do: []step{
					edit("correct the name as the message suggests", connectionsFile, "cron_schedule", "cron"), next("terraform/unknown_attribute"),
					edit("correct the name as the message suggests", connectionsFile, "cron_timezone", "cron_time_zone"), next("terraform/invalid_cron"),
					edit(`cron_expression = "0 0,20,40 * * * ?"`, connectionsFile, `cron_expression = "0,20,40 * * * *"`, `cron_expression = "0 0,20,40 * * * ?"`),
				},
			},
		},
		"terraform/unpinned_provider": {{
			example: "a range, and a provider that is only used",
			do: []step{edit(
				`<name> = { source = "<namespace>/<name>", version = "1.2.3" }`, mainFile,
				"    airbyte = {\n      source  = \"aballiet/airbyte-oss\"\n      version = \">= 1.2\"\n    }\n",
				"    airbyte = { source = \"aballiet/airbyte-oss\", version = \"1.2.3\" }\n    null    = { source = \"hashicorp/null\", version = \"3.2.4\" }\n",
			)},
		}},
		"terraform/unused_variable": {{
			example: "the source went and left its password behind",
			do:      []step{drop("delete the variable block first", variablesFile)},
		}},
	}
}

func waiverRemedies() map[string][]remedyCase {
	const settings = ".lotus-gate.yaml"
	return map[string][]remedyCase{
		"waiver/expired": {
			{
				example: "the day is over",
				do: []step{edit("delete it from .lotus-gate.yaml", settings, "waivers:\n  - rule: secrets/legacy_name\n    path: orchestration/lib.py\n"+
					"    reason: renamed with the next release\n    owner: data-platform\n    expires: 2026-05-31\n", "")},
			},
			{
				example: "the day is over",
				do:      []step{edit("let its owner set a new day under `expires`", settings, "2026-05-31", "2026-07-31")},
			},
		},
		"waiver/endless": {{
			example: "a waiver for ever",
			base:    map[string]string{"orchestration/lib.py": "import os\n\ns3_secret = os.environ[\"MINIO_PASSWORD\"]\n"},
			do:      []step{edit("set an earlier day under `expires`", settings, "2099-12-31", "2026-12-31")},
		}},
		"waiver/unused": {{
			example: "the finding is gone, the waiver stayed",
			do:      []step{command("gate fix --write waiver/unused")},
		}},
	}
}
