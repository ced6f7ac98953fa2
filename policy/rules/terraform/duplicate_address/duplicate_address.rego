# METADATA
# title: One address declared twice
# description: |
#   A resource, variable, local, output or module that two files declare, as after two merges that each copied a block,
#   stops every plan with "Duplicate … configuration". Terraform reads all files of a directory as one module. Override
#   files (`override.tf`, `*_override.tf`) are meant to repeat an address and are not counted.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/files/override
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TICKET-002
#   remediation: >-
#     delete one of the two blocks; if both are meant, give the new one another name
package terraform.duplicate_address

deny contains {"message": message, "at": duplicate.at} if {
	some duplicate in input.duplicates
	first := duplicate.first
	message := sprintf("%s is declared already, at %s:%d", [duplicate.address, first.path, first.line])
}
