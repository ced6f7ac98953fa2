package waiver.unused_test

import data.waiver.unused

waiver(used) := {
	"kind": "waiver",
	"path": ".lotus-gate.yaml",
	"rule": "secrets/default_credential",
	"pattern": "lake/profiles.yml",
	"reason": "local development",
	"owner": "data-platform",
	"expires": "2026-05-31",
	"days_left": 10,
	"expired": false,
	"used": used,
	"at": {"path": ".lotus-gate.yaml", "line": 3, "column": 1},
}

test_unused if {
	unused.deny == {{
		"message": "waiver of secrets/default_credential for lake/profiles.yml accepts nothing: no such finding is left",
		"at": {"path": ".lotus-gate.yaml", "line": 3, "column": 1},
	}} with input as waiver(false)
}

test_used if {
	unused.deny == set() with input as waiver(true)
}
