# METADATA
# title: Terraform state is changed by its runner alone
# description: |
#   The Secrets tfstate-* and tfplan-* are all that Terraform knows of what it made. One edited, restored, relabelled or
#   deleted by hand makes the next run create everything a second time or destroy what it should keep. They may be updated
#   and deleted by the runner of the Terraform object that owns them, by tofu-controller, by the namespace controller and
#   the garbage collector. Taking off the labels hides the Secret from the state backend, and counts. So does a Secret that
#   only its labels tell to be state. An update that changes nothing passes: so resources are stored anew when encryption
#   keys are rotated. Creating one is not judged: a state that was lost has to be put back by hand. Members of a
#   break-glass group may do anything; the audit log says so. Plans that are ConfigMaps are for people to read, and not
#   judged. In a cluster the requests of a namespace's default runner (tf-runner), of the namespace controller and of the
#   garbage collector are not sent to be judged at all: a run that has applied must be able to save its state while nobody
#   answers, and a namespace must be able to go.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/state/protected.md
# schemas:
#   - input: schema.request
# custom:
#   severity: error
#   scope: request
#   when: tip
#   kinds: [request]
#   ticket: TICKET-003
#   remediation: >-
#     change the Terraform files and let the object apply them; to make it run now, `kubectl annotate terraform -n
#     <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`
#   parameters:
#     writers:
#       description: users that may change all state and plans, besides the runners
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default:
#         - system:serviceaccount:flux-system:tofu-controller
#         - system:serviceaccount:flux-system:tf-controller
#     collectors:
#       description: users that delete what was decided elsewhere
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default:
#         - system:serviceaccount:kube-system:generic-garbage-collector
#         - system:serviceaccount:kube-system:namespace-controller
#         - system:kube-controller-manager
#     break_glass_groups:
#       description: groups whose members may do it all the same, which is audited
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: []
#   admission:
#     resources: [core/v1/secrets]
#     operations: [UPDATE, DELETE]
#     condition: >-
#       oldObject != null && (oldObject.metadata.name.startsWith("tfstate-") || oldObject.metadata.name.startsWith("tfplan-")
#       || has(oldObject.metadata.labels) && ("tfstate" in oldObject.metadata.labels
#       || "infra.contrib.fluxcd.io/plan-name" in oldObject.metadata.labels))
#       && !(request.userInfo.username in ["system:serviceaccount:" + request.namespace + ":tf-runner",
#       "system:serviceaccount:kube-system:generic-garbage-collector",
#       "system:serviceaccount:kube-system:namespace-controller"])
#     failure: fail
package state.protected

import data.lib.names
import data.lib.tofu

deny contains object.union({"message": message}, object.union(field, break_glass)) if {
	material := tofu.material(input.old_object)
	not input.unchanged
	not allowed
	message := sprintf(
		"%s may not %s Secret %s/%s, which holds %s",
		[input.user.name, act, input.namespace, input.old_object.metadata.name, held[material]],
	)
}

allowed if input.user.name in data.parameters["state/protected"].writers

allowed if input.user.name in data.parameters["state/protected"].collectors

allowed if {
	some owner in input.live.terraforms
	input.user.name == sprintf("system:serviceaccount:%s:%s", [owner.namespace, owner.service_account])
}

act := "delete" if input.operation == "DELETE"

act := "change" if {
	input.operation == "UPDATE"
	count(stripped) == 0
}

act := sprintf("change the labels (%s) of", [names.few(stripped)]) if count(stripped) > 0

stripped := {label |
	input.operation == "UPDATE"
	some label in {"tfstate", "tfstateSecretSuffix", "tfstateWorkspace", tofu.plan_label, "infra.contrib.fluxcd.io/plan-workspace"}
	value := input.old_object.metadata.labels[label]
	not input.object.metadata.labels[label] == value
}

field := {"field": ["metadata", "labels", min(stripped)]} if count(stripped) > 0

else := {}

held["state"] := sprintf("the state of %s", [owners])

held["plan"] := sprintf("a plan of %s", [owners])

owners := names.few({sprintf("Terraform object %s", [owner.name]) | some owner in input.live.terraforms}) if {
	count(input.live.terraforms) > 0
} else := "a Terraform object that is not there"

break_glass := {"break_glass": min(groups)} if {
	groups := {group | some group in input.user.groups} & {group | some group in data.parameters["state/protected"].break_glass_groups}
	count(groups) > 0
} else := {}
