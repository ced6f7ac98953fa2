package terraform.unused_variable_test

import data.terraform.unused_variable

at := {"path": "tf/variables.tf", "line": 1, "column": 1}

variable(used) := {
	"name": "odoo_password",
	"at": at,
	"has_default": false,
	"default_literal": false,
	"sensitive": true,
	"used": used,
}

test_a_variable_that_nothing_uses_is_reported if {
	found := unused_variable.deny with input as {"syntax": [], "variables": [variable(false)]}
	found == {{"message": "variable odoo_password is declared and nothing uses it", "at": at}}
}

test_a_used_variable_is_silent if {
	found := unused_variable.deny with input as {"syntax": [], "variables": [variable(true)]}
	found == set()
}

test_a_module_that_does_not_parse_is_left_to_terraform_syntax if {
	broken := {"syntax": [{"message": "Unclosed block", "at": at}], "variables": [variable(false)]}
	found := unused_variable.deny with input as broken
	found == set()
}
