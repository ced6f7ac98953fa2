# METADATA
# title: A second Terraform object on the same state
# description: |
#   Two objects with the same namespace, workspace and suffix overwrite each other's state: each plans to destroy what the
#   other made. The state Secret is named tfstate-<workspace>-<suffix>, and the suffix is the object's name unless
#   `secretSuffix` says otherwise. The repository can be sound (manifest/shared_state judges it) and the cluster still
#   not: objects come from several repositories and from people. Judged when an object is created or moved to another
#   state; objects that share one already can be changed and deleted. Objects with a backend of their own are not judged.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/state/shared.md
# schemas:
#   - input: schema.request
# custom:
#   severity: error
#   scope: request
#   when: tip
#   kinds: [request]
#   ticket: TICKET-003
#   remediation: >-
#     delete `secretSuffix` under `spec.backendConfig`, so that the object's name is the suffix, or give each object
#     one of its own
#   admission:
#     resources: [infra.contrib.fluxcd.io/*/terraforms]
#     operations: [CREATE, UPDATE]
package state.shared

import data.lib.tofu

deny contains {"message": message, "field": field} if {
	tofu.terraform(input.object)
	state := tofu.secret_state(input.object)
	not state == before
	sharers := {sprintf("%s/%s", [other.namespace, other.name]) |
		some other in input.live.terraforms
		other.backend == "secret"
		other.workspace == state.workspace
		other.suffix == state.suffix
	}
	count(sharers) > 0
	message := tofu.shared(sprintf("%s/%s", [input.namespace, input.object.metadata.name]), state, min(sharers))
}

before := tofu.secret_state(input.old_object) if input.operation == "UPDATE"

field := ["spec", "backendConfig", "secretSuffix"] if input.object.spec.backendConfig.secretSuffix

else := ["metadata", "name"]
