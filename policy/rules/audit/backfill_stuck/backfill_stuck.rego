# METADATA
# title: Backfill that is over and still switched on
# description: |
#   The reset ran, and the flag is still true. A second `true` does nothing until all flags of the source are false again, and whoever replaces the connection
#   meanwhile resets it unasked.
# schemas:
#   - input: schema.backfill
# custom:
#   severity: warning
#   scope: audit
#   when: tip
#   kinds: [backfill]
#   ticket: TODO-004
#   remediation: |-
#     set `"backfill": false` and push
package audit.backfill_stuck

deny contains {"message": message, "at": flag.at, "steps": [{"do": "backfill_off", "args": [flag.at.path]}]} if {
	some flag in input.flags
	message := sprintf("backfill of %s/%s is still on, and its reset is over: %s", [input.source, flag.stream, evidence])
}

# Jobs that load everything anew.
resets := {"reset_connection", "clear", "refresh"}

over := [job |
	some job in input.jobs
	job.type in resets
	job.status == "succeeded"
	began(job)
]

began(job) if job.after_flag == true

# Since when the flag is on is not known where there is no history: then the reset must at least have been applied.
began(job) if {
	is_null(job.after_flag)
	input.reset.applied
}

unfinished if {
	some job in input.jobs
	job.status in {"pending", "running", "incomplete"}
}

evidence := sprintf("job %s of connection %q ended at %s", [over[0].type, input.connection.name, over[0].updated]) if {
	count(over) > 0
	not unfinished
}
