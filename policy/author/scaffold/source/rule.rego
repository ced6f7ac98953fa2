# METADATA
# title: Stream whose name has capitals
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one asks for small letters, for the lake takes names of streams as names of tables.
# schemas:
#   - input: schema.source          # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: change
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [source]                 # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: rename the file and the "stream" in it
package your_domain.your_rule

# Each element of deny is one finding. `at` is a position that came with the input.
deny contains {"message": message, "at": stream.at} if {
	some stream in input.streams
	stream.name != lower(stream.name)
	message := sprintf("stream %s of %s has capitals in its name", [stream.name, input.source])
}
