# METADATA
# title: Terraform that does not parse
# description: |
#   A file that does not parse fails every plan of its module. tofu-controller then retries the same artifact until it sees
#   a new one (TICKET-001), so that a missing brace stops all of Airbyte's changes for minutes. What is missing in the
#   module cannot be told either while a file of it is broken: the rules about references stay silent until it parses.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/syntax/configuration
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TICKET-001
#   remediation: mend the file at the line shown; `terraform fmt` reads it the same way and touches no state
package terraform.syntax

deny contains {"message": message, "at": problem.at} if {
	some problem in input.syntax
	message := sprintf("syntax error: %s", [trim_suffix(problem.message, ".")])
}
