# METADATA
# title: Credential written into Terraform
# description: |
#   A password in a `.tf` file is in git for good, in every clone, and the next rotation of the Secret changes nothing,
#   because nobody reads it from there. A default of a variable is worse: with the key missing from the Secret
#   Airbyte is quietly set up with the default, and its check of the connection fails far from the cause.
#   A value that was pushed anywhere must be rotated; taking it out of the file is not enough.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/manage-sensitive-data
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   sensitive: true
#   ticket: TICKET-004
#   remediation: >-
#     declare `variable "<name>" { sensitive = true }`, write `var.<name>` in place of the value, put the value into
#     the encrypted Secret that the Terraform object names in varsFrom, and commit again without it: `git reset --soft
#     $(git merge-base origin/main HEAD)` (or another branch that the server has), `git commit -a -C ORIG_HEAD`; if it
#     was ever pushed anywhere, change it too
#   parameters:
#     ignore:
#       description: globs of attribute paths and variable names that look like a credential and are none
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: []
package terraform.literal_credential

deny contains {"message": message, "at": credential.at} if {
	some credential in input.credentials
	not startswith(credential.from, "var.")
	not ignored(credential.attribute)
	message := sprintf("%s holds a literal %s", [credential.from, credential.attribute])
}

deny contains {"message": message, "at": credential.at, "remedy": no_default} if {
	some credential in input.credentials
	startswith(credential.from, "var.")
	message := with_default(trim_prefix(credential.from, "var."))
}

deny contains {"message": message, "at": variable.at, "remedy": no_default} if {
	some variable in input.variables
	variable.sensitive
	variable.default_literal
	not concat(".", ["var", variable.name]) in reported
	message := with_default(variable.name)
}

reported := {credential.from | some credential in input.credentials}

no_default := concat(" ", [
	"delete the default, put the value into the encrypted Secret that the Terraform object names in varsFrom, and commit",
	"again without it: `git reset --soft $(git merge-base origin/main HEAD)` (or another branch that the server has),",
	"`git commit -a -C ORIG_HEAD`; if it was ever pushed anywhere, change it too",
])

with_default(name) := sprintf("variable %s is a credential and has a literal default", [name]) if not ignored(name)

ignored(name) if {
	some pattern in data.parameters["terraform/literal_credential"].ignore
	glob.match(pattern, [], name)
}
