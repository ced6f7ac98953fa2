package terraform.missing_file_test

import data.terraform.missing_file

at := {"path": "tf/connections.tf", "line": 12, "column": 18}

missing := {
	"call": "file",
	"path": "orchestration/dag/streams/odoo/_catalog.json",
	"exists": false,
	"escapes": false,
	"optional": false,
	"from": "airbyte_connection.odoo_to_lake",
	"at": at,
}

found(changes) := denied if {
	denied := missing_file.deny with input as {"reads": [object.union(missing, changes)]}
}

message(end) := sprintf("airbyte_connection.odoo_to_lake reads %s with file(), %s", [missing.path, end])

test_a_missing_file_is_reported if {
	found({}) == {{"message": message("which is not in the repository"), "at": at}}
}

test_a_path_that_leaves_the_repository_is_reported if {
	found({"escapes": true}) == {{"message": message("which leaves the repository"), "at": at}}
	found({"escapes": true, "exists": true}) == {{"message": message("which leaves the repository"), "at": at}}
}

test_a_file_that_is_there_is_silent if {
	found({"exists": true}) == set()
}

test_a_read_that_may_fail_is_silent if {
	found({"optional": true}) == set()
}

test_an_unknown_path_is_silent if {
	found({"path": null}) == set()
}

test_an_empty_fileset_of_a_directory_that_is_there_is_silent if {
	found({"call": "fileset", "pattern": "*.json", "exists": true, "matches": 0}) == set()
}
