package audit.identity_unknown_test

import data.audit.identity_unknown
import data.lib.sample

keys := {"access_keys": [{"where": "key s3_access_key_id of Secret lake/vars", "known": false}, {"where": "another", "known": true}]}

message := "key s3_access_key_id of Secret lake/vars is an S3 access key that no identity has in seaweedfs/s3"

where := {"audit/identity_unknown": {"identities": ["seaweedfs/s3"]}}

said(doc) := denied if denied := identity_unknown.deny with input as doc with data.parameters as where

test_in_state if {
	said(object.union(sample.resource(keys), {"kind": "resource"})) == {{"message": message, "steps": sample.reconcile}}
}

note := [{"do": "note", "args": ["add the identity to the S3 server's Secret, or put a known key here"]}]

test_in_a_secret if {
	said(object.union(sample.delivery(keys), {"kind": "delivery"})) == {{"message": message, "steps": note}}
	said(object.union(sample.workload(keys), {"kind": "workload"})) == {{"message": message, "steps": note}}
}

test_fine if said(object.union(sample.managed, {"kind": "resource"})) == set()
