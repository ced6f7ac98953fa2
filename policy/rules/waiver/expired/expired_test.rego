package waiver.expired_test

import data.waiver.expired

waiver(past) := {
	"kind": "waiver",
	"path": ".lotus-gate.yaml",
	"rule": "secrets/default_credential",
	"pattern": "lake/profiles.yml",
	"reason": "local development",
	"owner": "data-platform",
	"expires": "2026-05-31",
	"days_left": -1,
	"expired": past,
	"used": true,
	"at": {"path": ".lotus-gate.yaml", "line": 3, "column": 1},
}

test_expired if {
	expired.deny == {{
		"message": "waiver of secrets/default_credential for lake/profiles.yml, owned by data-platform, expired on 2026-05-31",
		"at": {"path": ".lotus-gate.yaml", "line": 3, "column": 1},
	}} with input as waiver(true)
}

test_holding if {
	expired.deny == set() with input as waiver(false)
}
