package waiver.endless_test

import data.waiver.endless

waiver(days) := {
	"kind": "waiver",
	"path": ".lotus-gate.yaml",
	"rule": "secrets/default_credential",
	"pattern": "lake/profiles.yml",
	"reason": "local development",
	"owner": "data-platform",
	"expires": "2099-12-31",
	"days_left": days,
	"expired": false,
	"used": true,
	"at": {"path": ".lotus-gate.yaml", "line": 3, "column": 1},
}

limit := {"waiver/endless": {"max_days": 30}}

test_longer if {
	endless.deny == {{
		"message": "waiver of secrets/default_credential for lake/profiles.yml holds until 2099-12-31, for longer than 30 days",
		"at": {"path": ".lotus-gate.yaml", "line": 3, "column": 1},
	}} with input as waiver(31) with data.parameters as limit
}

test_as_long if {
	endless.deny == set() with input as waiver(30) with data.parameters as limit
}
