resource "airbyte_source" "store" {
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

resource "airbyte_source" "facebook_ads" {
  name                 = "Facebook Ads"
  workspace_id         = var.workspace_id
  source_definition_id = "e7778cfc-e97c-4458-9ecb-b4f2bba8946c"
  connection_configuration = jsonencode({
    access_token = var.facebook_access_token
    start_date   = "2026-01-01T00:00:00Z"
  })
}
