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
	some [old, resource] in pairs
	message := sprintf("%s vanished and %s appeared without a moved block: the one is destroyed, the other created", [
		old.address,
		resource.address,
	])
	remedy := sprintf("say that they are one, or push the removal first if they are not:\nmoved {\n  from = %s\n  to   = %s\n}", [
		old.address,
		resource.address,
	])
}

# One stands for the other when both have the same name, or are alone in their type and a name is not known.
pairs contains [old, resource] if {
	some old in vanished
	old.title != null
	some resource in named[[old.type, old.title]]
}

pairs contains [old, resource] if {
	some type, old in only_vanished
	resource := only_appeared[type]
	nameless(old, resource)
}

nameless(a, b) if null in {a.title, b.title}

named := {[type, title]: resources |
	some [type, title] in {[r.type, r.title] | some r in appeared}
	resources := [resource |
		some i
		appeared[i].type == type
		appeared[i].title == title
		resource := appeared[i]
	]
}

# What is alone in its type, by type.
only_vanished := {type: all[0] |
	some type in {r.type | some r in vanished}
	all := [resource |
		some i
		vanished[i].type == type
		resource := vanished[i]
	]
	count(all) == 1
}

only_appeared := {type: all[0] |
	some type in {r.type | some r in appeared}
	all := [resource |
		some i
		appeared[i].type == type
		resource := appeared[i]
	]
	count(all) == 1
}

vanished := [resource |
	some resource in input.base.resources
	not startswith(resource.address, "data.")
	not resource.address in present
	not resource.address in accounted
	not ignored(resource.type)
]

appeared := [resource |
	some resource in input.resources
	resource.mode == "managed"
	not resource.address in before
	not resource.address in accounted
]

present := {resource.address | some resource in input.resources}

before := {resource.address | some resource in input.base.resources}

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
