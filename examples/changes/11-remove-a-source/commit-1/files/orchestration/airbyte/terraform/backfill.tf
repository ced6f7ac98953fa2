# A source's connection is reset once while any of its stream files says "backfill": true. The trigger is
# stable: set the flag, let the reset run, set the flag back to false.
locals {
  shopify_backfill = anytrue([
    for f in fileset("${path.module}/../../dag/streams/shopify", "*.json") :
    try(jsondecode(file("${path.module}/../../dag/streams/shopify/${f}")).backfill, false)
  ])
}

resource "null_resource" "shopify_backfill" {
  count = local.shopify_backfill ? 1 : 0

  triggers = {
    connection_id = airbyte_connection.shopify_to_lake.connection_id
  }

  provisioner "local-exec" {
    command = "curl -sf -u \"$AIRBYTE_USER\" -H 'Content-Type: application/json' -d \"$BODY\" \"$URL\""
    environment = {
      URL          = "${var.airbyte_server_url}v1/connections/reset"
      BODY         = jsonencode({ connectionId = airbyte_connection.shopify_to_lake.connection_id })
      AIRBYTE_USER = "${var.airbyte_username}:${var.airbyte_password}"
    }
  }
}
