# METADATA
# title: Stream configuration that breaks its schema
# description: |
#   A file that does not parse stops the catalog generator, Terraform and, for dlt, the pipeline; a misspelt key
#   ("back_fill") is ignored in silence; of a duplicate key only the last value counts. Until the file is sound, no
#   other stream rule judges what is wrong in it.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/validate/stream/stream.schema.json
#     description: the published JSON Schema
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: >-
#     correct what the message names; `gate check` tells when the file is right
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.schema

deny contains {"message": message, "at": input.syntax.at} if {
	message := sprintf("stream configuration does not parse: %s", [input.syntax.message])
}

deny contains {"message": message, "at": duplicate.at} if {
	some duplicate in input.duplicate_keys
	message := sprintf("key %q appears again, and only the last one counts", [duplicate.key])
}

deny contains {"message": error.message, "field": error.field} if some error in input.schema_errors
