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
#   ticket: TICKET-004
#   remediation: |
#     declare `variable "NAME" { sensitive = true }` without a default, write var.NAME in place of the value, put the value
#     into the encrypted Secret that the Terraform object names in varsFrom, and rotate what was pushed
#   parameters:
#     variables:
#       description: globs of variable names, in lower case, whose default may not be a literal text
#       default:
#         - "*password"
#         - "*passwd"
#         - "*passphrase"
#         - "*secret"
#         - "*token"
#         - "*api_key"
#         - "*apikey"
#         - "*access_key"
#         - "*access_key_id"
#         - "*secret_key"
#         - "*private_key"
package terraform.literal_credential

deny contains {"message": message, "at": credential.at} if {
	some credential in input.credentials
	message := sprintf("%s holds a literal %s", [credential.from, credential.attribute])
}

deny contains {"message": message, "at": variable.at} if {
	some variable in input.variables
	variable.default_literal
	credential_like(variable)
	message := sprintf("variable %s, a credential, has a literal default", [variable.name])
}

credential_like(variable) if variable.sensitive

credential_like(variable) if {
	some pattern in data.parameters["terraform/literal_credential"].variables
	glob.match(pattern, [], lower(variable.name))
}
