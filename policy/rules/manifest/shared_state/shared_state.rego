# METADATA
# title: Two Terraform objects share one state
# description: |
#   Two objects with the same namespace, workspace and suffix overwrite each other's state: each plans to destroy what the
#   other made. The state Secret is named tfstate-<workspace>-<suffix>, and the suffix is the object's name unless
#   `secretSuffix` says otherwise. Copying a manifest together with its `secretSuffix` is how it happens. Objects with a
#   backend of their own (`customConfiguration`) or none are not judged: where their state lies is not in the manifest.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/manifest/shared_state.md
# schemas:
#   - input: schema.workspace
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [workspace]
#   ticket: TICKET-003
#   remediation: >-
#     delete `secretSuffix` under `spec.backendConfig`, so that the object's name is the suffix, or give each object
#     one of its own
package manifest.shared_state

import data.lib.tofu

deny contains {"message": message, "at": object.at} if {
	some object in input.terraform_objects
	object.backend == "secret"
	sharers := {name(other) |
		some other in input.terraform_objects
		other.backend == "secret"
		state(other) == state(object)
	}
	name(object) != min(sharers)
	message := tofu.shared(name(object), object, min(sharers))
}

state(object) := [object.namespace, object.workspace, object.suffix]

name(object) := object.name if object.namespace == ""

else := sprintf("%s/%s", [object.namespace, object.name])
