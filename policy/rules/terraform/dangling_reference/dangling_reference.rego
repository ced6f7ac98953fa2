# METADATA
# title: Reference to something that is not declared
# description: |
#   Removing a source and leaving its connection (TODO-003), or misspelling a name, gives a plan that fails with
#   "Reference to undeclared resource". Nothing is applied until it is mended, not even what is right in the same push.
#   Variables have a rule of their own, terraform/undeclared_variable.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/expressions/references
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TODO-003
#   remediation: |
#     correct the name, or delete what refers to it in the same push; a connection goes together with its source
package terraform.dangling_reference

import data.lib.suggest

deny contains {"message": message, "at": reference.at} if {
	count(input.syntax) == 0
	some reference in input.references
	not reference.resolved
	reference.kind != "var"
	message := sprintf("%s refers to %s, which is not declared%s", [
		reference.from,
		reference.target,
		suggest.nearest(reference.nearest),
	])
}
