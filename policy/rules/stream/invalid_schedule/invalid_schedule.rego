# METADATA
# title: Schedule that is no cron expression
# description: |
#   A dlt stream runs by its own five-field cron expression; when it cannot be read, Dagster fails to load the code
#   location and no dlt stream runs. Airbyte's schedules are Quartz expressions in Terraform and another rule's matter.
# related_resources:
#   - ref: https://docs.dagster.io/guides/automate/schedules
# schemas:
#   - input: schema.stream
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [stream]
#   ticket: TODO-002
#   remediation: 'write minute, hour, day of month, month and day of week, for example "schedule": "0 * * * *"'
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE, UPDATE]
#     selector: lotus-gate.dev/stream-source
package stream.invalid_schedule

import data.lib.airbyte

deny contains {"message": message, "field": ["schedule"]} if {
	input.schedule_error != null
	airbyte.sound("schedule")
	message := sprintf("schedule of stream %s is invalid: %s", [input.name, input.schedule_error])
}
