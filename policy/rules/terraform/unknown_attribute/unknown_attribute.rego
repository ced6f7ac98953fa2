# METADATA
# title: Attribute that the provider does not know
# description: |
#   The Airbyte provider drops object keys that it does not know without a word: `cron_timezone` for `cron_time_zone`, or a
#   catalog entry's `destinationSyncMode`, passes `terraform validate`, is applied "successfully", and the
#   connection runs with the default. Known are the attributes of the Airbyte providers' sources, destinations and
#   connections and of the catalogs they read; the inside of `connection_configuration` is the connector's own.
# related_resources:
#   - ref: https://docs.airbyte.com/terraform-documentation
# schemas:
#   - input: schema.module
# custom:
#   severity: error
#   scope: change
#   when: tip
#   kinds: [module]
#   ticket: TODO-002
#   remediation: correct the name as the message suggests, or delete the attribute
package terraform.unknown_attribute

import data.lib.suggest

deny contains {"message": message, "at": unknown.at} if {
	some unknown in input.unknown_attributes
	message := sprintf("%s sets %s, which the provider does not know and drops%s", [
		unknown.from,
		unknown.attribute,
		suggest.nearest(unknown.nearest),
	])
}
