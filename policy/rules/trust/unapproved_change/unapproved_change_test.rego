package trust.unapproved_change_test

import data.trust.unapproved_change

ada := {"name": "Ada", "email": "ada@example.com"}

mallory := {"name": "Mallory", "email": "mallory@example.com"}

change(fields) := object.union(
	{
		"kind": "approval",
		"path": ".lotus-gate.yaml",
		"commit": "58f2f2511ac1",
		"change": "changed",
		"approvers": ["ada@example.com", "grace@example.com"],
		"require_signatures": false,
		"keys": 0,
		"author": ada,
		"committer": ada,
		"signature": null,
	},
	fields,
)

good := {"format": "ssh", "key": "SHA256:x", "problem": null}

bad := {"format": "ssh", "key": "SHA256:x", "problem": "does not match the commit"}

nameless := {"format": "unknown", "key": null, "problem": "is of no known format"}

unsigned := {{
	"message": ".lotus-gate.yaml was changed in the name of Ada <ada@example.com> without a signature, and a name is only a claim",
	"remedy": unapproved_change.sign,
}}

test_stranger if {
	want := {{"message": ".lotus-gate.yaml may be changed by ada@example.com, grace@example.com only, and was changed by Mallory <mallory@example.com>"}}
	unapproved_change.deny == want with input as change({"committer": mallory})
	unapproved_change.deny == want with input as change({"committer": mallory, "signature": good, "keys": 1})
	unapproved_change.deny == want with input as change({"committer": mallory, "signature": bad, "keys": 1})
	unapproved_change.deny == want with input as change({"committer": mallory, "require_signatures": true})
}

test_many_approvers if {
	many := ["a@x", "b@x", "c@x", "d@x", "e@x", "f@x"]
	unapproved_change.deny == {{"message": ".lotus-gate.yaml may be changed by a@x, b@x, c@x, d@x and 2 more only, and was removed by Ada <ada@example.com>"}} with input as change({"approvers": many, "change": "removed"})
}

test_approver_without_key if {
	unapproved_change.deny == set() with input as change({})
	unapproved_change.deny == set() with input as change({"author": mallory})
}

test_required if {
	unapproved_change.deny == unsigned with input as change({"require_signatures": true})
	unapproved_change.deny == unsigned with input as change({"keys": 1})
}

test_signed if {
	unapproved_change.deny == set() with input as change({"require_signatures": true, "keys": 1, "signature": good})
	unapproved_change.deny == set() with input as change({"keys": 2, "signature": good})
}

test_bad_signature if {
	by_key := {{
		"message": ".lotus-gate.yaml was changed in the name of Ada <ada@example.com>, but the signature by key SHA256:x does not match the commit",
		"remedy": unapproved_change.sign,
	}}
	unapproved_change.deny == by_key with input as change({"keys": 1, "signature": bad})
	unapproved_change.deny == by_key with input as change({"signature": bad})
	unapproved_change.deny == {{
		"message": ".lotus-gate.yaml was changed in the name of Ada <ada@example.com>, but the signature is of no known format",
		"remedy": unapproved_change.sign,
	}} with input as change({"signature": nameless})
}

test_nobody_answers if {
	nobody := {"author": null, "committer": null, "change": "rewound"}
	unapproved_change.deny == {{
		"message": ".lotus-gate.yaml is guarded, and the forced push would replace it without a commit that answers for it",
		"remedy": unapproved_change.grow,
	}} with input as change(nobody)
	unapproved_change.deny == {{
		"message": "the default branch would be deleted, and .lotus-gate.yaml with it, which says who is trusted",
		"remedy": unapproved_change.keep,
	}} with input as change(object.union(nobody, {"change": "deleted"}))
}
