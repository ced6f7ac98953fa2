# METADATA
# title: Schedule that Airbyte does not take
# description: |
#   A five-field crontab line passes the plan and fails the apply, and tofu-controller then retries that same push until
#   another comes (TICKET-001). Airbyte wants Quartz cron: six or seven fields with the seconds first, exactly one of
#   day-of-month and day-of-week `?`, and a time zone.
# related_resources:
#   - ref: https://docs.airbyte.com/using-airbyte/core-concepts/sync-schedules
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TICKET-001
#   remediation: >-
#     write seconds minutes hours day-of-month month day-of-week, for example `cron_expression = "0 0,20,40 * * * ?"`
#     for every twenty minutes, with `cron_time_zone = "UTC"`
package terraform.invalid_cron

deny contains {"message": message, "at": cron.at} if {
	some cron in input.crons
	cron.error != null
	message := sprintf("%s has the schedule %q: %s", [cron.from, cron.expression, trim_suffix(cron.error, ".")])
}
