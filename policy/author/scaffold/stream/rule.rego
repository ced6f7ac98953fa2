# METADATA
# title: Stream that is copied as a whole
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one asks for incremental syncs: a full refresh copies every row each time.
# schemas:
#   - input: schema.stream          # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: document
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [stream]                 # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: set "sync_mode" to "incremental", with a "cursor_field"
package your_domain.your_rule

# Each element of deny is one finding. `field` is a path into the stream's file: the gate finds its line.
deny contains {"message": message, "field": ["sync_mode"]} if {
	input.content.sync_mode == "full_refresh"
	message := sprintf("stream %s copies every row at each sync", [input.name])
}
