# METADATA
# title: Field that the source does not have
# description: |
#   A selected field that is not in the discovered schema is a misspelling, or was never discovered: Airbyte refuses the
#   connection, dlt drops the column in silence.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/stream/unknown_field.md
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: >-
#     correct or delete the field, or discover the source's schema again (`python
#     orchestration/airbyte/discover-source.py`); then run `gate catalog --write`
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.unknown_field

import data.lib.airbyte

deny contains {"message": message, "field": ["fields", name]} if {
	airbyte.selected
	input.discovered.fields != {}
	some name, _ in input.content.fields
	not input.discovered.fields[name]
	message := sprintf("field %s is not in the discovered schema %s", [name, input.discovered.path])
}
