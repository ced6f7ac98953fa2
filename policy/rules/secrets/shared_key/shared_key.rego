# METADATA
# title: One key of a Secret for two purposes
# description: |
#   Cube's API secret was once the object storage's password: whoever could sign an API token could read the lake, and
#   changing the one broke the other. The purpose is told by the name of the environment variable: names that no pattern
#   knows are left alone, and different names of one purpose (`S3_ACCESS_KEY_ID`, `AWS_ACCESS_KEY_ID`) may share a key.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/secrets/shared_key.md
# schemas:
#   - input: schema.workspace
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [workspace]
#   ticket: TICKET-006
#   remediation: >-
#     let one of the two read a key of its own: change its `key`, and add that key to the Secret with a fresh value
#     (`openssl rand -base64 32`, `sops <file>`)
#   parameters:
#     purposes:
#       description: purposes in order of precedence, each with the glob patterns of the variables that serve it
#       schema:
#         type: array
#         items:
#           type: object
#           required: [purpose, names]
#           additionalProperties: false
#           properties:
#             purpose: {type: string, minLength: 1}
#             names: {type: array, minItems: 1, items: {type: string, minLength: 1}}
#       default:
#         - {purpose: object storage, names: ["*s3_*", "*_s3", "aws_*", "*minio*", "*seaweed*", "*access_key", "*access_key_id"]}
#         - {purpose: a database, names: ["*db_pass*", "*pg_pass*", "pgpassword", "*postgres*pass*", "*mysql*pass*", "*database_pass*", "*redis_pass*"]}
#         - {purpose: signing, names: ["*api_secret", "*jwt*", "*signing*", "*session_secret*", "*cookie_secret*", "*secret_key_base", "*encryption_key*"]}
package secrets.shared_key

import data.lib.globs

# Uses of each key in the order of files, with what they serve. Without a namespace, a folder stands for it: an overlay
# sets the namespace for all objects of one.
uses[[place, use.secret, use.key]] contains [use.at.path, use.at.line, use.at.column, served, use.variable] if {
	some use in input.secret_uses
	place := {"namespace": use.namespace, "folder": folder(use)}
	served := purpose(use.variable)
}

folder(use) := "" if use.namespace != ""

folder(use) := regex.replace(use.at.path, `[^/]*$`, "") if use.namespace == ""

purpose(variable) := [p.purpose |
	some p in data.parameters["secrets/shared_key"].purposes
	regex.match(globs.expression(p.names), variable)
][0]

deny contains {"message": message, "at": {"path": other[0], "line": other[1], "column": other[2]}} if {
	some [_, secret, key], found in uses
	ordered := sort(found)
	first := ordered[0]
	other := [use | some use in ordered; use[3] != first[3]][0]
	message := sprintf("key %s of Secret %s serves %s (%s) and %s (%s)", [
		key, secret,
		first[3], first[4],
		other[3], other[4],
	])
}
