resource "airbyte_destination" "lake" {
  name                      = "Lake"
  workspace_id              = var.workspace_id
  destination_definition_id = "4816b78f-1489-44c1-9060-4b19d5fa9362"
  connection_configuration = jsonencode({
    s3_endpoint       = var.s3_endpoint
    s3_bucket_name    = "landing"
    s3_bucket_path    = "raw"
    s3_bucket_region  = "us-east-1"
    access_key_id     = var.s3_access_key_id
    secret_access_key = var.s3_secret_access_key
    s3_path_format    = "$${NAMESPACE}/$${STREAM_NAME}/year=$${YEAR}/month=$${MONTH}/day=$${DAY}/"
    format = {
      format_type       = "Parquet"
      compression_codec = "ZSTD"
    }
  })
}
