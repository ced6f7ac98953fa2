package lib.durations_test

import data.lib.durations

test_seconds if {
	durations.seconds("90s") == 90
	durations.seconds("1h30m") == 5400
	durations.seconds("0.5m") == 30
}

test_what_is_no_duration_is_undefined if {
	every text in ["", "5", "5 minutes", "-5m", "${INTERVAL}", "999999999h", 300, null, {"minutes": 5}] {
		not durations.seconds(text)
	}
}
