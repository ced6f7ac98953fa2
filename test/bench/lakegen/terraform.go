package lakegen

import (
	"fmt"
	"strings"
)

var terraformFiles = []string{"main.tf", "variables.tf", "destinations.tf", "sources.tf", "connections.tf", "backfill.tf"}

// terraformFile is one file of the module that loads every source into one destination.
func terraformFile(name string, sources int) []byte {
	var b strings.Builder
	switch name {
	case "main.tf":
		b.WriteString(mainTF)
	case "variables.tf":
		b.WriteString(variablesTF)
	case "destinations.tf":
		b.WriteString(destinationsTF)
	}
	each := map[string]string{"variables.tf": variableTF, "sources.tf": sourceTF, "connections.tf": connectionTF, "backfill.tf": backfillTF}[name]
	if each != "" {
		for s := range sources {
			b.WriteString(strings.ReplaceAll(strings.ReplaceAll(each, "SOURCE", sourceName(s)), "MINUTE", fmt.Sprint(s%60)))
		}
	}
	return []byte(b.String())
}

const mainTF = `terraform {
  required_version = ">= 1.5"

  required_providers {
    airbyte = {
      source  = "aballiet/airbyte-oss"
      version = "1.2.3"
    }
    null = {
      source  = "hashicorp/null"
      version = "3.2.4"
    }
  }
}

provider "airbyte" {
  server_url = var.airbyte_server_url
  username   = var.airbyte_username
  password   = var.airbyte_password
}
`

const variablesTF = `variable "workspace_id" {}

variable "airbyte_server_url" {
  default = "http://airbyte-server.airbyte:8001/api/"
}

variable "airbyte_username" {}

variable "airbyte_password" {
  sensitive = true
}

variable "s3_endpoint" {}

variable "s3_access_key_id" {
  sensitive = true
}

variable "s3_secret_access_key" {
  sensitive = true
}
`

const variableTF = `
variable "SOURCE_api_key" {
  sensitive = true
}
`

const destinationsTF = `resource "airbyte_destination" "lake" {
  name                      = "Lake"
  workspace_id              = var.workspace_id
  destination_definition_id = "4816b78f-1489-44c1-9060-4b19d5fa9362"
  connection_configuration = jsonencode({
    s3_endpoint       = var.s3_endpoint
    s3_bucket_name    = "landing"
    s3_bucket_path    = "raw"
    access_key_id     = var.s3_access_key_id
    secret_access_key = var.s3_secret_access_key
  })
}
`

const sourceTF = `resource "airbyte_source" "SOURCE" {
  name                 = "SOURCE"
  workspace_id         = var.workspace_id
  source_definition_id = "9da77001-af33-4bcd-be46-6252bf9342b9"
  connection_configuration = jsonencode({
    api_key    = var.SOURCE_api_key
    start_date = "2026-01-01T00:00:00Z"
  })
}

`

const connectionTF = `resource "airbyte_connection" "SOURCE_to_lake" {
  name                 = "SOURCE to lake"
  source_id            = airbyte_source.SOURCE.source_id
  destination_id       = airbyte_destination.lake.destination_id
  status               = "active"
  namespace_definition = "customformat"
  namespace_format     = "SOURCE"
  schedule_type        = "cron"

  schedule_data = {
    cron = {
      cron_expression = "0 MINUTE * * * ?"
      cron_time_zone  = "UTC"
    }
  }

  sync_catalog = jsondecode(file("${path.module}/../../dag/streams/SOURCE/_catalog.json"))
}

`

const backfillTF = `locals {
  SOURCE_backfill = anytrue([
    for f in fileset("${path.module}/../../dag/streams/SOURCE", "*.json") :
    try(jsondecode(file("${path.module}/../../dag/streams/SOURCE/${f}")).backfill, false)
  ])
}

resource "null_resource" "SOURCE_backfill" {
  count = local.SOURCE_backfill ? 1 : 0

  triggers = {
    connection_id = airbyte_connection.SOURCE_to_lake.connection_id
  }

  provisioner "local-exec" {
    command = "reset-connection"
    environment = {
      CONNECTION = airbyte_connection.SOURCE_to_lake.connection_id
    }
  }
}

`
