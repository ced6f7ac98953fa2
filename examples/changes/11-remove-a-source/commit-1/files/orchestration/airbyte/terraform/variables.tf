# Airbyte
variable "workspace_id" {}

variable "airbyte_server_url" {
  default = "http://airbyte-server.airbyte:8001/api/"
}

variable "airbyte_username" {}

variable "airbyte_password" {
  sensitive = true
}

# Shopify
variable "shopify_store" {}

variable "shopify_api_password" {
  sensitive = true
}

# SeaweedFS
variable "s3_endpoint" {}

variable "s3_access_key_id" {
  sensitive = true
}

variable "s3_secret_access_key" {
  sensitive = true
}
