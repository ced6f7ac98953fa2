package terraform.unknown_attribute_test

import data.terraform.unknown_attribute

at := {"path": "tf/connections.tf", "line": 9, "column": 7}

unknown := {
	"attribute": "schedule_data.cron.cron_timezone",
	"from": "airbyte_connection.shopify_to_lake",
	"nearest": "cron_time_zone",
	"at": at,
}

found(attributes) := denied if {
	denied := unknown_attribute.deny with input as {"unknown_attributes": attributes}
}

message := concat(" ", [
	"airbyte_connection.shopify_to_lake sets schedule_data.cron.cron_timezone,",
	"which the provider does not know and drops",
])

test_the_nearest_name_is_suggested if {
	found([unknown]) == {{"message": concat("; ", [message, "did you mean cron_time_zone?"]), "at": at}}
}

test_nothing_is_suggested_when_nothing_is_near if {
	found([object.union(unknown, {"nearest": null})]) == {{"message": message, "at": at}}
}

test_known_attributes_are_silent if {
	found([]) == set()
}
