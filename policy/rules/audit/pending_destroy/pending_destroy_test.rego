package audit.pending_destroy_test

import data.audit.pending_destroy
import data.lib.sample

test_removed if {
	pending_destroy.deny == {{
		"message": "airbyte_connection.shopify is in Secret lake/tfstate-default-lake and not in git: the next apply destroys it",
		"steps": sample.reconcile,
	}} with input as sample.resource({"git": null})
}

test_fine if {
	pending_destroy.deny == set() with input as sample.managed
	pending_destroy.deny == set() with input as sample.resource({"git": null, "unsure": true})
	pending_destroy.deny == set() with input as sample.resource({"git": null, "read": {"git": false, "state": true, "airbyte": true}})
	pending_destroy.deny == set() with input as sample.resource({"git": null, "claims": [sample.stray("c1")]})
}
