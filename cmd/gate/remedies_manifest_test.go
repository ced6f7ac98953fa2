package main

import "strings"

func manifestRemedies() map[string][]remedyCase {
	base := map[string]string{deployFile: plainObject}
	own := func(name string) string { return strings.Replace(plainObject, "name: lake", "name: "+name, 1) }
	return map[string][]remedyCase{
		"manifest/forced": {{
			example: "forced", base: base,
			do: []step{edit("force: true", deployFile, "  force: true\n", "")},
		}},
		"manifest/orphans_on_delete": {
			{
				example: "not said",
				do:      []step{edit("destroyResourcesOnDeletion: true", deployFile, "spec:\n", "spec:\n  destroyResourcesOnDeletion: true\n")},
			},
			{
				example: "said to be false",
				do:      []step{edit("destroyResourcesOnDeletion: true", deployFile, "destroyResourcesOnDeletion: false", "destroyResourcesOnDeletion: true")},
			},
		},
		"manifest/runner_reused": {{
			example: "kept to save time", base: base,
			do: []step{edit("alwaysCleanupRunnerPod: false", deployFile, "  alwaysCleanupRunnerPod: false\n", "")},
		}},
		"manifest/shared_state": {{
			example: "a manifest copied with its suffix", base: map[string]string{"deploy/blue.yaml": own("blue"), "deploy/green.yaml": own("green")},
			do: []step{edit("secretSuffix", "deploy/green.yaml", "    secretSuffix: airbyte\n", "")},
		}, {
			example: "a manifest copied with its suffix", base: map[string]string{"deploy/blue.yaml": own("blue"), "deploy/green.yaml": own("green")},
			do: []step{edit("give each object one of its own", "deploy/green.yaml", "secretSuffix: airbyte", "secretSuffix: green")},
		}},
		"manifest/slow_retry": {
			{
				example: "an hour until the next full run", base: base,
				do: []step{edit("interval: 5m", deployFile, "interval: 1h", "interval: 5m")},
			},
			{
				example: "a retry every ten minutes", base: base,
				do: []step{edit("retryInterval: 1m", deployFile, "retryInterval: 10m", "retryInterval: 1m")},
			},
			{
				example: "a backoff without bound", base: base,
				do: []step{edit("maxRetryInterval: 5m", deployFile, "spec:\n", "spec:\n  maxRetryInterval: 5m\n")},
			},
		},
	}
}
