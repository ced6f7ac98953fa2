resource "airbyte_connection" "shopify_to_lake" {
  name                 = "Shopify → Lake"
  source_id            = airbyte_source.shopify.source_id
  destination_id       = airbyte_destination.lake.destination_id
  status               = "active"
  namespace_definition = "customformat"
  namespace_format     = "shopify"
  schedule_type        = "cron"

  schedule_data = {
    cron = {
      cron_expression = "0 0,20,40 * * * ?"
      cron_time_zone  = "UTC"
    }
  }

  sync_catalog = jsondecode(file("${path.module}/../../dag/streams/shopify/_catalog.json"))
}

resource "airbyte_connection" "klaviyo_to_lake" {
  name                 = "Klaviyo → Lake"
  source_id            = airbyte_source.klaviyo.source_id
  destination_id       = airbyte_destination.lake.destination_id
  status               = "active"
  namespace_definition = "customformat"
  namespace_format     = "klaviyo"
  schedule_type        = "cron"

  schedule_data = {
    cron = {
      cron_expression = "0 10 * * * ?"
      cron_time_zone  = "UTC"
    }
  }

  sync_catalog = jsondecode(file("${path.module}/../../dag/streams/klaviyo/_catalog.json"))
}
