package audit.lost_test

import data.audit.lost
import data.lib.sample

test_deleted_in_airbyte if {
	lost.deny == {{
		"message": "connection airbyte_connection.shopify is in Secret lake/tfstate-default-lake as c1, and Airbyte does not have it",
		"steps": sample.reconcile,
	}} with input as sample.resource({"airbyte": null})
}

test_fine if {
	lost.deny == set() with input as sample.managed
	lost.deny == set() with input as sample.resource({"airbyte": null, "read": {"git": true, "state": true, "airbyte": false}})
	lost.deny == set() with input as sample.resource({"airbyte": null, "claims": [sample.stray("c1")]})
	lost.deny == set() with input as sample.resource({"airbyte": null, "claims": [object.union(sample.claim("c1"), {"deposed": true})]})
	lost.deny == set() with input as sample.resource({"airbyte": null, "claims": [sample.claim(null)]})
	lost.deny == set() with input as sample.resource({"airbyte": null, "role": null})
}
