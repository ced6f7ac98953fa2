# METADATA
# title: S3 access key that the server does not know
# description: |
#   SeaweedFS's gateway reads its identities when it starts. A key that is not among them is refused: "The access key ID you provided does not exist in our records". Values are compared
#   as digests and shown nowhere.
# schemas:
#   - input: schema.resource
#   - input: schema.workload
#   - input: schema.delivery
# custom:
#   severity: error
#   scope: audit
#   when: tip
#   kinds: [resource, workload, delivery]
#   ticket: TICKET-005
#   remediation: |-
#     add the identity to the Secret, or give the user of the key one that is there; restart the gateway (`audit/stale_rollout` tells
#     whether it has the newest identities)
#   parameters:
#     identities: {description: "Secrets with identities of S3 servers, namespace/name; those that exist count", default: [seaweedfs/seaweedfs-s3-config]}
package audit.identity_unknown

import data.lib.resource

deny contains {"message": message, "steps": steps} if {
	some key in input.access_keys
	not key.known
	message := sprintf("%s is an S3 access key that no identity has in %s", [key.where, concat(", ", data.parameters["audit/identity_unknown"].identities)])
}

steps := resource.reconcile if input.kind == "resource"

steps := [{"do": "note", "args": ["add the identity to the S3 server's Secret, or put a known key here"]}] if input.kind != "resource"
