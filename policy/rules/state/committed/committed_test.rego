package state.committed_test

import data.state.committed

at := {"path": "notes.txt", "line": 7, "column": 1}

file(facts) := object.union({"kind": "material", "path": "notes.txt", "name": null, "found": []}, facts)

thing(form, via, detail) := {"form": form, "via": via, "at": at, "detail": detail}

test_every_name_but_variables if {
	every name in [
		"state", "state backup", "workspace state", "errored state", "lock info", "working directory", "plan",
		"crash log",
	] {
		found := committed.deny with input as file({"name": name})
		found == {{"message": sprintf("notes.txt must not be committed: its name says %s", [name])}}
	}
}

test_variables_are_for_another_rule if {
	found := committed.deny with input as file({"name": "variables", "found": [thing("variables", ["zip:a.tfvars"], "")]})
	found == set()
}

test_every_form if {
	every form in [
		"state v4", "state v3", "backend stub", "encrypted state", "encrypted plan", "plan", "show json", "lock info",
		"kubernetes state secret", "kubernetes plan secret", "kubernetes plan config map", "state",
	] {
		found := committed.deny with input as file({"found": [thing(form, [], "")]})
		found == {{"message": sprintf("notes.txt must not be committed: it holds %s", [form]), "at": at}}
	}
}

test_says_how_it_was_hidden_and_what_it_is if {
	found := committed.deny with input as file({"found": [thing("state v4", ["zip:a/b", "gzip"], "serial 3")]})
	found == {{
		"message": "notes.txt must not be committed: it holds state v4 (zip:a/b, gzip, serial 3)",
		"at": at,
	}}
}

test_content_tells_more_than_the_name if {
	found := committed.deny with input as file({"name": "state", "found": [thing("state v4", [], "serial 3")]})
	found == {{"message": "notes.txt must not be committed: it holds state v4 (serial 3)", "at": at}}
}

test_state_in_a_variable_file if {
	found := committed.deny with input as file({"name": "variables", "found": [thing("state v4", ["embedded"], "")]})
	found == {{"message": "notes.txt must not be committed: it holds state v4 (embedded)", "at": at}}
}

test_link_to_state if {
	found := committed.deny with input as file({"link": {"target": "../terraform.tfstate", "name": "state"}})
	found == {{"message": "notes.txt must not be committed: it links to ../terraform.tfstate, whose name says state"}}
}

test_link_named_like_state_is_told_once if {
	found := committed.deny with input as file({"name": "state", "link": {"target": "x.tfstate", "name": "state"}})
	found == {{"message": "notes.txt must not be committed: its name says state"}}
}

test_other_links_pass if {
	every name in [null, "variables"] {
		found := committed.deny with input as file({"link": {"target": "elsewhere", "name": name}})
		found == set()
	}
}

test_lfs_pointer_named_like_state if {
	found := committed.deny with input as file({"name": "state", "lfs": true})
	found == {{"message": "notes.txt must not be committed: its name says state, its content is in Git LFS"}}
}

test_other_lfs_pointers_pass if {
	found := committed.deny with input as file({"lfs": true})
	found == set()
}
