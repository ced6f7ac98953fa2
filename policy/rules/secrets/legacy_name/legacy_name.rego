# METADATA
# title: Name of a component that is gone
# description: |
#   A leftover `minio_*` in one place of many is a variable that nobody sets any more: the look-up comes back empty
#   and S3 answers 403. The lake's object storage is SeaweedFS, and its variables are called `s3_*`.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/secrets/legacy_name.md
# custom:
#   severity: warning
#   scope: document
#   when: tip
#   kinds: [code, manifest, module, workspace]
#   ticket: TICKET-006
#   remediation: >-
#     rename it everywhere at once, in code, Terraform variables and Secrets (`git grep -in <name>` finds the places),
#     for example minio_password to s3_secret_access_key
#   parameters:
#     identifiers:
#       description: glob patterns of names that are no longer used
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: ["minio_*"]
package secrets.legacy_name

import data.lib.globs

# METADATA
# schemas:
#   - input: schema.code
deny contains {"message": message(found.name), "at": found.at} if {
	input.kind == "code"
	some found in input.names
	regex.match(names, found.name)
}

# METADATA
# schemas:
#   - input: schema.module
deny contains {"message": message(found.name), "at": found.at} if {
	input.kind == "module"
	some found in array.concat(input.variables, input.locals)
	legacy(found.name)
}

# METADATA
# schemas:
#   - input: schema.manifest
deny contains {"message": message(key), "field": [section, key]} if {
	input.kind == "manifest"
	input.object.kind == "Secret"
	some section in ["data", "stringData"]
	is_object(input.object[section])
	some key, _ in input.object[section]
	legacy(key)
}

# METADATA
# schemas:
#   - input: schema.workspace
deny contains {"message": message(name), "at": use.at} if {
	input.kind == "workspace"
	some use in input.secret_uses
	some name in {use.key, use.variable}
	legacy(name)
}

legacy(name) if regex.match(names, name)

names := globs.expression(data.parameters["secrets/legacy_name"].identifiers)

message(name) := sprintf("%s is named for what the lake no longer uses", [name])
