# METADATA
# title: Resource renamed without a moved block
# description: |
#   Terraform knows a resource by its address: renamed in the file alone, the old one is destroyed and a new one is created: a
#   new source and connection id, no cursors, and every stream is read from the beginning; if the deletion fails, the old one
#   stays as a duplicate of the same name (TICKET-002). Told apart from a removal next to an addition by an equal `name` or,
#   where a name is not written out, by being the only one of its type on both sides.
# related_resources:
#   - ref: https://developer.hashicorp.com/terraform/language/moved
# schemas:
#   - input: schema.module
# custom:
#   severity: warning
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TICKET-002
#   remediation: >-
#     say that they are one with a `moved` block; if they are not, push the removal first and the addition after it
#   parameters:
#     ignore:
#       description: globs of resource types that hold nothing worth keeping
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: ["null_resource", "terraform_data", "random_*", "time_*"]
package terraform.replaced_without_moved

deny contains {"message": message, "at": resource.at, "remedy": remedy} if {
	count(input.syntax) == 0
	some old in vanished
	some resource in appeared
	resource.type == old.type
	one_and_the_same(old, resource)
	message := sprintf("%s vanished and %s appeared without a moved block: the one is destroyed, the other created", [
		old.address,
		resource.address,
	])
	remedy := sprintf("say that they are one, or push the removal first if they are not:\nmoved {\n  from = %s\n  to   = %s\n}", [
		old.address,
		resource.address,
	])
}

one_and_the_same(old, new) if {
	old.title != null
	old.title == new.title
}

one_and_the_same(old, new) if {
	null in {old.title, new.title}
	[v | some v in vanished; v.type == old.type] == [old]
	[a | some a in appeared; a.type == new.type] == [new]
}

vanished := [resource |
	some resource in input.base.resources
	not startswith(resource.address, "data.")
	not resource.address in {other.address | some other in input.resources}
	not resource.address in accounted
	not ignored(resource.type)
]

appeared := [resource |
	some resource in input.resources
	resource.mode == "managed"
	not resource.address in {other.address | some other in input.base.resources}
	not resource.address in accounted
]

accounted contains without_key(address) if {
	some block in array.concat(array.concat(input.moved, input.removed), input.imports)
	some key in ["from", "to"]
	address := block[key]
}

without_key(address) := regex.replace(address, `\[.*$`, "")

ignored(type) if {
	some pattern in data.parameters["terraform/replaced_without_moved"].ignore
	glob.match(pattern, [], type)
}
