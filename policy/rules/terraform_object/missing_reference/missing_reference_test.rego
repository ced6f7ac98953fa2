package terraform_object.missing_reference_test

import data.terraform_object.missing_reference

terraform := {"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform", "metadata": {"name": "lake"}}

judged(object, missing) := found if {
	found := missing_reference.deny with input as {
		"kind": "request",
		"operation": "CREATE",
		"object": object,
		"live": {"terraforms": [], "missing": missing, "state": null},
	}
}

missing := [
	{"what": "GitRepository flux-system/lake", "field": ["spec", "sourceRef"]},
	{"what": "key password of Secret lotus-lake/airbyte", "field": ["spec", "varsFrom", 0, "varsKeys", 1]},
]

test_each_that_is_missing if {
	judged(terraform, missing) == {
		{
			"message": "Terraform object lake needs GitRepository flux-system/lake, which is not there",
			"field": ["spec", "sourceRef"],
		},
		{
			"message": "Terraform object lake needs key password of Secret lotus-lake/airbyte, which is not there",
			"field": ["spec", "varsFrom", 0, "varsKeys", 1],
		},
	}
}

test_nothing_missing_passes if judged(terraform, []) == set()

test_other_kinds_pass if judged({"kind": "Other"}, missing) == set()
