package lib.resource_test

import data.lib.resource
import data.lib.sample

known := {"id": "c1", "name": "Shopify → \"Lake\""}

test_owned if {
	{c.lineage | some c in resource.owned} == {"l1"} with input.claims as [sample.claim("c1"), sample.stray("c1")]
}

test_label if {
	doc := {"role": "connection", "address": null, "airbyte": known}
	resource.label == `connection "Shopify → \"Lake\"" (c1)` with input as doc
	resource.label == "source airbyte_source.shopify" with input as {"role": "source", "address": "airbyte_source.shopify", "airbyte": null}
	resource.label == "resource null_resource.a" with input as {"role": null, "address": "null_resource.a", "airbyte": null}
}

test_reconcile if {
	by := {"namespace": "lake", "name": "airbyte"}
	resource.reconcile == [{"do": "reconcile", "args": ["Terraform", "lake", "airbyte"]}] with input.terraform as by
	resource.reconcile == [{"do": "note", "args": ["have Terraform plan and apply again"]}] with input.terraform as null
}
