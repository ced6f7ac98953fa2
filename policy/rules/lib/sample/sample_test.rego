package lib.sample_test

import data.lib.sample

test_changes if {
	sample.resource({"unsure": true}).unsure
	sample.resource({"claims": [sample.stray("c2")]}).claims[0].lineage == "l2"
	sample.delivery({"failures": 3}).failures == 3
	sample.workload({"running": 2}).running == 2
	sample.reconcile[0].do == "reconcile"
}
