# METADATA
# title: Deployment without an owner
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one asks for a label, so that somebody can be asked when the Deployment breaks.
# schemas:
#   - input: schema.manifest        # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: document
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [manifest]               # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: "add the label under `metadata.labels`, as in `team: lake`"
#   parameters:                     # .lotus-gate.yaml can set them
#     labels: {description: labels that must be there, default: [team]}
#   admission:                      # the requests that it judges in the cluster; without it, only git
#     resources: [apps/v1/deployments]
#     operations: [CREATE, UPDATE]
package your_domain.your_rule

# Each element of deny is one finding. `field` is a path into the object: in git the gate finds its line, in the
# cluster the answer names it.
deny contains {"message": message, "field": ["metadata", "labels"]} if {
	input.object.kind == "Deployment"
	some label in data.parameters["your_domain/your_rule"].labels
	not input.object.metadata.labels[label]
	message := sprintf("Deployment %s has no label %s", [name, label])
}

# Whatever may be absent or of another type gets a value: what is undefined denies nothing.
name := object.get(input.object, ["metadata", "name"], "without a name")
