package lib.suggest_test

import data.lib.suggest

test_a_name_is_asked_for if {
	suggest.nearest("airbyte_source.shopify") == "; did you mean airbyte_source.shopify?"
}

test_nothing_near_adds_nothing if {
	suggest.nearest(null) == ""
}
