# Durations as Kubernetes objects write them: 30s, 5m, 1h30m.
package lib.durations

# seconds is undefined for what is not a duration: the API server refuses that,
# and a rule that compares has nothing to say of it.
seconds(text) := time.parse_duration_ns(text) / 1000000000 if {
	is_string(text)
	regex.match(`^(\d{1,9}(\.\d{1,9})?(ns|us|µs|ms|s|m|h))+$`, text)
	count(text) <= 32
	not regex.match(`\d{6,}h`, text)
}
