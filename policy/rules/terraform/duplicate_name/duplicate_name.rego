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
	first := min({p |
		some key in keys(resource, resource.count)
		some p in leaders[key]
		p[2] != resource.address
	})
	first < place(resource)
	message := sprintf("%s has the name %q, which %s has already", [resource.address, resource.title, first[2]])
}

place(resource) := [resource.at.path, resource.at.line, resource.address]

# keys are equal where names clash: for what has a count with what has none, for what has none with all.
keys(resource, counted) := {[pattern, resource.title, workspace, counted] |
	resource.title != null
	resource.mode == "managed"
	workspace := object.filter(object.get(resource.attributes, "workspace_id", {}), ["value", "references"])
	some pattern in data.parameters["terraform/duplicate_name"].types
	glob.match(pattern, [], resource.type)
}

places := [{"key": key, "at": place(resource)} |
	some resource in input.resources
	some counted in {false, resource.count == false}
	some key in keys(resource, counted)
]

# leaders are the first place of each key, and the first under another address.
leaders := {key: firsts |
	some key in {p.key | some p in places}
	all := {at |
		some i
		places[i].key == key
		at := places[i].at
	}
	first := min(all)
	firsts := {first} | {p | p := min({other | some other in all; other[2] != first[2]})}
}
