package terraform.syntax_test

import data.terraform.syntax

at := {"path": "tf/main.tf", "line": 3, "column": 1}

test_a_problem_is_reported_where_it_is if {
	found := syntax.deny with input as {"syntax": [{"message": "Unclosed configuration block: no closing brace.", "at": at}]}
	found == {{"message": "syntax error: Unclosed configuration block: no closing brace", "at": at}}
}

test_a_module_that_parses_is_silent if {
	found := syntax.deny with input as {"syntax": []}
	found == set()
}
