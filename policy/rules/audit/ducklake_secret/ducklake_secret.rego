# METADATA
# title: Running workload without an S3 secret for DuckLake
# description: |
#   DuckLake takes the credentials for its data files from DuckDB's secrets manager. The program in this workload's ConfigMap attaches a DuckLake on S3 without one: Cube reports {"health":"DOWN"} and
#   restarts in a loop.
# schemas:
#   - input: schema.workload
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [workload]
#   ticket: TICKET-006
#   remediation: |-
#     in the program, before ATTACH, run CREATE SECRET s3_secret (TYPE S3, KEY_ID …, SECRET …, ENDPOINT …, USE_SSL false, URL_STYLE 'path')
package audit.ducklake_secret

import data.lib.ducklake

deny contains {"message": message, "steps": [{"do": "note", "args": [sprintf("mend %s in git", [code.file])]}]} if {
	some code in input.code
	some label in without_secret(code)
	w := input.workload
	message := sprintf("%s %s/%s attaches %s from %s (%s): its data is on S3, and there is no S3 secret by then", [
		w.kind, w.namespace, w.name, label[0], code.file, label[1],
	])
}

# The attachments of a program that run before any S3 secret is there, and their lines.
without_secret(code) := {[label, line] |
	some i in ducklake.attachments with input as code
	not prepared(code, i)
	label := ducklake.label(i) with input as code
	line := sprintf("line %d", [code.statements[i].at.line])
}

prepared(code, i) if ducklake.prepared("create_secret", "s3", i) with input as code
