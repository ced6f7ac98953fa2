package terraform.unpinned_provider_test

import data.terraform.unpinned_provider

at := {"path": "tf/main.tf", "line": 3, "column": 5}

found(version, pinned) := denied if {
	provider := {"name": "null", "source": "hashicorp/null", "version": version, "pinned": pinned, "at": at}
	denied := unpinned_provider.deny with input as {"syntax": [], "providers": [provider]}
}

test_a_provider_without_a_version_is_reported if {
	message := "provider null has no version, so that every run takes the newest release"
	found(null, false) == {{"message": message, "at": at}}
}

test_a_range_is_reported if {
	message := `provider null has the version ">= 3", which leaves the release open`
	found(">= 3", false) == {{"message": message, "at": at}}
}

test_a_pinned_provider_is_silent if {
	found("3.2.4", true) == set()
}

test_a_module_that_does_not_parse_is_left_to_terraform_syntax if {
	provider := {"name": "null", "source": null, "version": null, "pinned": false, "at": at}
	broken := {"syntax": [{"message": "Unclosed block", "at": at}], "providers": [provider]}
	denied := unpinned_provider.deny with input as broken
	denied == set()
}
