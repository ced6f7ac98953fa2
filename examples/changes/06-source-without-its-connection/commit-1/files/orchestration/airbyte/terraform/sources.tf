resource "airbyte_source" "shopify" {
  name                 = "Shopify"
  workspace_id         = var.workspace_id
  source_definition_id = "9da77001-af33-4bcd-be46-6252bf9342b9"
  connection_configuration = jsonencode({
    shop       = var.shopify_store
    start_date = "2026-01-01"
    credentials = {
      auth_method  = "api_password"
      api_password = var.shopify_api_password
    }
  })
}
