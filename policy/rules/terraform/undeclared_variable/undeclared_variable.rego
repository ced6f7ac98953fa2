# METADATA
# title: Variable used and never declared
# description: |
#   A plan stops at a variable that no `variable` block declares, whatever the Secret behind `varsFrom` holds: values
#   for variables that are not declared are dropped. A new credential therefore needs its block in the same push.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/values/variables
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TODO-001
#   remediation: >-
#     declare it in variables.tf, `variable "<name>" {}` or, for a credential, `variable "<name>" { sensitive = true
#     }`; put its value into the Secret that the Terraform object names in varsFrom
package terraform.undeclared_variable

import data.lib.suggest

deny contains {"message": message, "at": reference.at} if {
	count(input.syntax) == 0
	some reference in input.references
	not reference.resolved
	reference.kind == "var"
	message := sprintf("%s uses %s, which no variable block declares%s", [
		reference.from,
		reference.target,
		suggest.nearest(reference.nearest),
	])
}
