# METADATA
# title: Source that no connection uses
# description: |
#   A source without a connection never syncs, and nothing complains: after a removal that took only the connection
#   (TODO-003) the source and its credentials stay in Airbyte, and after an addition (TODO-001) the data is missed later.
#   A source that a local, an output or a module call mentions counts as used, since a connection may be made from there.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/terraform/unconnected_source.md
# schemas:
#   - input: schema.module
# custom:
#   severity: warning
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TODO-003
#   remediation: >-
#     add the airbyte_connection that reads it, or delete the airbyte_source and its variables
package terraform.unconnected_source

deny contains {"message": message, "at": source.at} if {
	count(input.syntax) == 0
	some source in input.resources
	source.mode == "managed"
	startswith(source.type, "airbyte_source")
	not source.address in used
	message := sprintf("no connection reads %s, so that it never syncs", [source.address])
}

used contains reference.target if {
	some reference in input.references
	some user in ["airbyte_connection", "local.", "output.", "module."]
	startswith(reference.from, user)
}
