# METADATA
# title: Empty default for what DuckLake needs
# description: |
#   With an empty default a missing variable goes unnoticed: the secret is created with an empty key, and what fails is a
#   later query or health check, far from the cause.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/ducklake/empty_default.md
# schemas:
#   - input: schema.code
# custom:
#   severity: warning
#   scope: document
#   when: tip
#   kinds: [code]
#   ticket: TICKET-006
#   remediation: >-
#     delete the empty default, so that a missing variable stops the start with its name: `os.environ["NAME"]` in
#     Python, `env_var('NAME')` in dbt; in JavaScript, throw when `process.env.NAME` is missing
#   parameters:
#     variables:
#       description: glob patterns of variables that a connection cannot do without
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: ["*access_key*", "*secret*", "*password*", "*_pass", "*token*", "*endpoint*", "*_host"]
package ducklake.empty_default

import data.lib.globs

deny contains {"message": message, "at": fallback.at} if {
	connects
	some fallback in input.fallbacks
	fallback.empty
	regex.match(variables, fallback.variable)
	message := sprintf("%s may be empty when DuckLake is attached: %s has an empty default", [fallback.variable, fallback.call])
}

connects if {
	some statement in input.statements
	statement.what in {"attach_ducklake", "create_secret"}
}

variables := globs.expression(data.parameters["ducklake/empty_default"].variables)
