package main

func stateRemedies() map[string][]remedyCase {
	again := []step{command(beginAgain), command("git rm -rq --cached --ignore-unmatch <file>"), command("git commit -C ORIG_HEAD")}
	ignored := func(rule string) []step { return append(again[:3:3], command("gate fix --write "+rule)) }
	deleted := func(file string) []step { return append(again[:3:3], drop("delete the local copy", file)) }
	const module = "orchestration/airbyte/terraform/"
	return map[string][]remedyCase{
		"state/committed": {
			{example: "a local run left its state", do: ignored("state/committed")},
			{example: "state under another name", do: ignored("state/committed")},
			{example: "state renamed inside an archive", do: ignored("state/committed")},
			{example: "state pasted into a script", do: deleted("ci/restore.sh")},
			{example: "the controller's state Secret, saved from the cluster", do: deleted("backup/state.yaml")},
			{example: "a working directory, judged by its name", do: ignored("state/committed")},
			{example: "a symbolic link to state", do: ignored("state/committed")},
			{example: "added, and deleted one commit later", do: again},
		},
		"state/duplicate_root": {{
			example: "a copied root",
			base: map[string]string{sourcesFile: `resource "airbyte_source" "shopify" {
  name         = "Shopify"
  workspace_id = var.workspace_id
}
`},
			do: []step{command("git rm -rq <directory>")},
		}},
		"state/local_apply": {
			{
				example: "a Makefile that applies",
				do:      []step{edit("delete the command", "Makefile", "\napply:\n\t@cd orchestration/airbyte/terraform && terraform apply -auto-approve\n", "")},
			},
			{
				example: "a CI job that plans",
				do:      []step{edit("delete the command", ".github/workflows/plan.yaml", "          terraform plan\n", "")},
			},
		},
		"state/local_backend": {
			{
				example: "a local backend",
				do:      []step{edit("delete the backend block", module+"main.tf", "  backend \"local\" {\n    path = \"lake.tfstate\"\n  }\n", "")},
			},
			{
				example: "another root's state from a file",
				do: []step{edit("delete the data block", module+"main.tf",
					"data \"terraform_remote_state\" \"network\" {\n  backend = \"local\"\n  config = {\n    path = \"../network/terraform.tfstate\"\n  }\n}\n", "")},
			},
		},
		"state/local_state": {{
			example: "a state that git ignores",
			do:      []step{command("rm -rf <file>")},
		}},
		"state/variables_committed": {
			{example: "values in a variable file", do: ignored("state/variables_committed")},
			{example: "a link to a variable file", do: ignored("state/variables_committed")},
			{example: "a variable file in an archive", do: ignored("state/variables_committed")},
		},
	}
}
