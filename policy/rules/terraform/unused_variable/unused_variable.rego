# METADATA
# title: Variable that nothing uses
# description: |
#   A variable that nothing uses any more, as after the removal of a source, makes the plan fail on the day its key
#   leaves the Secret behind `varsFrom`, for nothing: a declared variable without a default must have a value at every
#   plan.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/values/variables
# schemas:
#   - input: schema.module
# custom:
#   severity: warning
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TODO-003
#   remediation: >-
#     delete the variable block first, then its key in the Secret that the Terraform object names in varsFrom
package terraform.unused_variable

deny contains {"message": message, "at": variable.at} if {
	count(input.syntax) == 0
	some variable in input.variables
	not variable.used
	message := sprintf("variable %s is declared and nothing uses it", [variable.name])
}
