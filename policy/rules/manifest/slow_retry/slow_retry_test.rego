package manifest.slow_retry_test

import data.manifest.slow_retry

object_with(spec) := {
	"apiVersion": "infra.contrib.fluxcd.io/v1alpha2",
	"kind": "Terraform",
	"metadata": {"name": "lake", "namespace": "lotus-lake"},
	"spec": object.union({"interval": "5m", "sourceRef": {"kind": "GitRepository", "name": "lake"}}, spec),
}

judged(manifest) := found if {
	found := slow_retry.deny with input as {"kind": "manifest", "path": "a.yaml", "object": manifest, "encrypted": false}
		with data.parameters as {"manifest/slow_retry": {
			"max_interval": "5m",
			"max_retry_interval": "1m",
			"max_backoff": "5m",
		}}
}

test_other_kinds_pass if {
	every other in [
		{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"},
		{"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Other"},
		{"apiVersion": 7, "kind": ["Terraform"], "spec": "no object"},
	] {
		judged(object.union(object_with({"interval": "1h"}), other)) == set()
	}
}

slow(field, text, most) := {
	"message": sprintf("Terraform object lake recovers slowly: %s is %s, more than %s", [field, text, most]),
	"field": ["spec", field],
}

test_interval if judged(object_with({"interval": "10m"})) == {slow("interval", "10m", "5m")}

test_retry_interval if judged(object_with({"retryInterval": "61s"})) == {slow("retryInterval", "61s", "1m")}

test_both if {
	judged(object_with({"interval": "1h", "retryInterval": "10m"})) == {
		slow("interval", "1h", "5m"),
		slow("retryInterval", "10m", "1m"),
	}
}

test_backoff_grows_to_a_day_unless_bounded if {
	every unset in [{}, {"maxRetryInterval": null}] {
		judged(object_with(object.union({"retryStrategy": "ExponentialBackoff"}, unset))) == {slow(
			"maxRetryInterval", "24h",
			"5m",
		)}
	}
}

test_bounded_backoff if {
	spec := {"retryStrategy": "ExponentialBackoff", "maxRetryInterval": "6m"}
	judged(object_with(spec)) == {slow("maxRetryInterval", "6m", "5m")}
}

test_quick_enough_passes if {
	every spec in [
		{}, {"retryInterval": "1m"}, {"interval": "60s", "retryInterval": "15s"}, {"maxRetryInterval": "24h"},
		{"retryStrategy": "StaticInterval", "maxRetryInterval": "24h"},
		{"retryStrategy": "ExponentialBackoff", "maxRetryInterval": "5m"},
	] {
		judged(object_with(spec)) == set()
	}
}

test_what_is_no_duration_passes if {
	every interval in ["${INTERVAL}", "ten minutes", 600, {"minutes": 10}, null] {
		judged(object_with({"interval": interval, "retryInterval": interval})) == set()
	}
}
