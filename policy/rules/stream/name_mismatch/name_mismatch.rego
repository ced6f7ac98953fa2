# METADATA
# title: Stream named otherwise than its file
# description: |
#   The catalog generator goes by the key `stream`, dlt and the discovered schemas by the file's name: when the two
#   differ, Airbyte is asked for a stream that the source does not have, or two files configure one stream.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/stream/name_mismatch.md
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: >-
#     set "stream" to the file's name, or rename the file, `git mv <file> <directory>/<stream>.json`; then run `gate
#     catalog --write`
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.name_mismatch

deny contains {"message": message, "field": ["stream"]} if {
	stream := input.content.stream
	is_string(stream)
	stream != input.name
	message := sprintf("stream is %q, but the file is named %s.json", [stream, input.name])
}
