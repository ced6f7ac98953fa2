# METADATA
# title: Deleted Terraform object that leaves its resources behind
# description: |
#   Without `destroyResourcesOnDeletion: true`, deleting a Terraform object deletes its state and nothing else: the sources
#   and connections go on syncing, no state knows them, and the next apply makes duplicates. The warning says what the
#   state holds at that moment, while it can still be destroyed or moved. Nothing is said when there is nothing to lose,
#   when the object is being deleted already, or to the namespace controller and the garbage collector.
# related_resources:
#   - ref: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/state/orphans.md
# schemas:
#   - input: schema.request
# custom:
#   severity: warning
#   scope: request
#   when: tip
#   kinds: [request]
#   ticket: TICKET-002
#   remediation: >-
#     to destroy its resources too, first `kubectl patch terraform -n <namespace> <name> --type merge -p 'spec:
#     {destroyResourcesOnDeletion: true}'`; or keep `kubectl get secret -n <namespace>
#     tfstate-<workspace>-<suffix> -o yaml`
#   parameters:
#     collectors:
#       description: users that delete what was decided elsewhere
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default:
#         - system:serviceaccount:kube-system:generic-garbage-collector
#         - system:serviceaccount:kube-system:namespace-controller
#         - system:kube-controller-manager
#   admission:
#     resources: [infra.contrib.fluxcd.io/*/terraforms]
#     operations: [DELETE]
package state.orphans

import data.lib.tofu

deny contains {"message": message, "field": ["spec", "destroyResourcesOnDeletion"]} if {
	tofu.terraform(input.old_object)
	not input.old_object.spec.destroyResourcesOnDeletion == true
	not input.old_object.metadata.deletionTimestamp
	not input.user.name in data.parameters["state/orphans"].collectors
	message := sprintf("deleting %s leaves %s", [tofu.called(input.old_object), left])
}

left := sprintf("%s behind: %s", [amount, listed]) if input.live.state.resources > 0

left := "behind what it made, and its state cannot be read to say what" if {
	is_null(input.live.state)
	not input.old_object.spec.planOnly == true
}

amount := "1 resource" if input.live.state.resources == 1

else := sprintf("%d resources", [input.live.state.resources])

listed := concat(", ", shown) if count(shown) == input.live.state.resources

else := sprintf("%s and %d more", [concat(", ", shown), input.live.state.resources - count(shown)])

shown := array.slice(input.live.state.addresses, 0, 10)
