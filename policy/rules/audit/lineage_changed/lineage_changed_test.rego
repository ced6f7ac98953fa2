package audit.lineage_changed_test

import data.audit.lineage_changed

by := {"namespace": "lake", "name": "lake"}

kept := {
	"path": "secrets/lake/tfstate-default-lake", "origin": "Secret lake/tfstate-default-lake", "file": false, "named": false, "owned": true,
	"terraform": by, "missing": false, "applied": "main@sha1:bbb", "created": null, "lineage": "l1", "serial": 4, "resources": 5,
	"others": [], "before": null, "copy_of": null,
}

local := object.union(kept, {
	"path": "terraform/terraform.tfstate", "origin": "file terraform/terraform.tfstate", "file": true, "owned": false, "terraform": null,
	"lineage": "l2", "applied": null, "others": [{"origin": "Secret lake/tfstate-default-lake", "file": false, "owned": true, "lineage": "l1", "serial": 4, "shared": 5}],
})

test_gone if {
	lineage_changed.deny == {{
		"message": "Secret lake/tfstate-default-lake does not exist, although Terraform lake/lake has applied main@sha1:bbb",
		"steps": [{"do": "note", "args": ["write import blocks before Terraform applies again, or everything is made a second time"]}],
	}} with input as object.union(kept, {"missing": true, "lineage": null, "serial": null})
}

test_another_than_before if {
	lineage_changed.deny == {{
		"message": "Secret lake/tfstate-default-lake has lineage l1, and had l0 before",
		"steps": [{"do": "note", "args": ["find out who deleted or replaced the state, and write import blocks for what is in Airbyte"]}],
	}} with input as object.union(kept, {"before": {"lineage": "l0", "serial": 70}})
}

common := "file terraform/terraform.tfstate (lineage l2) and Secret lake/tfstate-default-lake (lineage l1) have 5 resources in common"

test_local if {
	lineage_changed.deny == {{"message": common, "steps": [{"do": "remove_file", "args": ["terraform/terraform.tfstate"]}]}} with input as local
}

decide := [{"do": "note", "args": ["decide which state counts, and remove the other"]}]

test_named if lineage_changed.deny == {{"message": common, "steps": decide}} with input as object.union(local, {"named": true})

test_two_that_count if {
	other := {"origin": "Secret lake/tfstate-default-other", "file": false, "owned": true, "lineage": "l3", "serial": 1, "shared": 2}
	lineage_changed.deny == {{
		"message": "Secret lake/tfstate-default-lake (lineage l1) and Secret lake/tfstate-default-other (lineage l3) have 2 resources in common",
		"steps": decide,
	}} with input as object.union(kept, {"others": [other]})
	lineage_changed.deny == set() with input as object.union(kept, {"origin": "Secret lake/z", "others": [other]})
}

test_fine if {
	lineage_changed.deny == set() with input as kept
	lineage_changed.deny == set() with input as object.union(kept, {"before": {"lineage": "l1", "serial": 3}})
	lineage_changed.deny == set() with input as object.union(local, {"lineage": "l1"})
	lineage_changed.deny == set() with input as object.union(kept, {"others": [{"origin": "file a", "file": true, "owned": false, "lineage": "l2", "serial": 1, "shared": 5}]})
}
