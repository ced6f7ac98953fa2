package audit.dangling_id_test

import data.audit.dangling_id
import data.lib.sample

dangling := {"airbyte": object.union(sample.connection("c1"), {"source": {"id": "s9", "known": false, "name": null, "address": null}})}

message := `connection "Shopify → Lake" (c1) uses source s9, which Airbyte does not have`

test_managed if {
	dangling_id.deny == {{"message": message, "steps": sample.reconcile}} with input as sample.resource(dangling)
}

test_of_nobody if {
	dangling_id.deny == {{
		"message": message,
		"steps": [{"do": "delete", "args": ["connection", "c1"]}],
	}} with input as sample.resource(object.union(dangling, {"claims": []}))
}

test_fine if {
	dangling_id.deny == set() with input as sample.managed
	dangling_id.deny == set() with input as sample.resource({"airbyte": null})
	no_ends := {"airbyte": object.union(sample.connection("c1"), {"source": null, "destination": null})}
	dangling_id.deny == set() with input as sample.resource(no_ends)
}
