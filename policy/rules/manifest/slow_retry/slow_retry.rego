# METADATA
# title: Terraform object that recovers slowly
# description: |
#   After a failed run tofu-controller retries with the source it has; a pushed fix is sure to be picked up only at the
#   next full interval. The platform settled on `interval: 5m` and `retryInterval: 1m`; anything slower leaves a broken
#   push in place for longer. `retryStrategy: ExponentialBackoff` grows to `maxRetryInterval`, which is a day unless set.
#   An unset `retryInterval` is 15s and passes.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/manifest/slow_retry.md
#   - ref: https://flux-iac.github.io/tofu-controller/
#     description: fields and defaults of the Terraform object
# schemas:
#   - input: schema.manifest
# custom:
#   severity: warning
#   scope: document
#   when: tip
#   kinds: [manifest]
#   ticket: TICKET-001
#   remediation: "set `interval: 5m` and `retryInterval: 1m` (with ExponentialBackoff also `maxRetryInterval: 5m`) under `spec`"
#   parameters:
#     max_interval:
#       description: longest interval that is not slow, as a Go duration
#       schema: {type: string, pattern: '^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$'}
#       default: 5m
#     max_retry_interval:
#       description: longest retryInterval that is not slow, as a Go duration
#       schema: {type: string, pattern: '^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$'}
#       default: 1m
#     max_backoff:
#       description: longest maxRetryInterval that is not slow, as a Go duration
#       schema: {type: string, pattern: '^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$'}
#       default: 5m
#   admission:
#     resources: [infra.contrib.fluxcd.io/*/terraforms]
#     operations: [CREATE, UPDATE]
package manifest.slow_retry

import data.lib.durations
import data.lib.tofu

deny contains {"message": message, "field": ["spec", field]} if {
	tofu.terraform(input.object)
	some field, text in waits
	durations.seconds(text) > time.parse_duration_ns(longest[field]) / 1000000000
	message := sprintf(
		"%s recovers slowly: %s is %s, more than %s",
		[tofu.called(input.object), field, text, longest[field]],
	)
}

longest := {
	"interval": data.parameters["manifest/slow_retry"].max_interval,
	"retryInterval": data.parameters["manifest/slow_retry"].max_retry_interval,
	"maxRetryInterval": data.parameters["manifest/slow_retry"].max_backoff,
}

waits["interval"] := input.object.spec.interval

waits["retryInterval"] := input.object.spec.retryInterval

waits["maxRetryInterval"] := max_retry_interval if input.object.spec.retryStrategy == "ExponentialBackoff"

max_retry_interval := input.object.spec.maxRetryInterval if not is_null(input.object.spec.maxRetryInterval)

else := "24h" # the API's default
