# METADATA
# title: Two Airbyte objects of one name
# description: |
#   Airbyte takes two sources, destinations or connections of one name without a word, and nobody can then tell which of the
#   two is Terraform's: the state duplicates of TICKET-002 look exactly so, and the wrong one gets deleted by hand. Names in
#   different workspaces, and two blocks of which at most one exists (both have `count` or `for_each`), may be equal.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/terraform/duplicate_name.md
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TICKET-002
#   remediation: >-
#     give each its own `name`; a changed `name` is updated in place and syncs go on
#   parameters:
#     types:
#       description: globs of resource types whose names must differ; types that match one glob share their names
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: ["airbyte_source*", "airbyte_destination*", "airbyte_connection*"]
package terraform.duplicate_name

deny contains {"message": message, "at": resource.at} if {
	some resource in input.resources
	earlier := sort([place(other) | some other in input.resources; same_name(other, resource); place(other) < place(resource)])
	first := earlier[0][2]
	message := sprintf("%s has the name %q, which %s has already", [resource.address, resource.title, first])
}

place(resource) := [resource.at.path, resource.at.line, resource.address]

same_name(a, b) if {
	a.title != null
	a.title == b.title
	a.address != b.address
	{a.mode, b.mode} == {"managed"}
	not {a.count, b.count} == {true}
	some pattern in data.parameters["terraform/duplicate_name"].types
	glob.match(pattern, [], a.type)
	glob.match(pattern, [], b.type)
	workspace(a) == workspace(b)
}

workspace(resource) := object.filter(object.get(resource.attributes, "workspace_id", {}), ["value", "references"])
