# METADATA
# title: Deletion of what is to be kept
# description: |
#   Say why it hurts, and what to avoid. The first sentence is shown with each finding.
#   This one keeps ConfigMaps that say so by a label.
# schemas:
#   - input: schema.request         # a misspelt input field does not compile
# custom:
#   severity: error                 # error refuses, warning and info are told
#   scope: request
#   when: tip                       # tip: the result of a change; history: every new commit
#   kinds: [request]                # docs/inputs.md describes each kind; `gate input` prints yours
#   remediation: take the label `keep` off first
#   admission:                      # the requests that it judges
#     resources: [core/v1/configmaps]
#     operations: [DELETE]
package your_domain.your_rule

# Each element of deny is one finding. `field` is a path into the object, old_object on DELETE.
deny contains {"message": message, "field": ["metadata", "labels", "keep"]} if {
	input.operation == "DELETE"
	input.old_object.metadata.labels.keep == "true"
	message := sprintf("%s may not delete %s/%s, which is to be kept", [input.user.name, input.namespace, input.name])
}
