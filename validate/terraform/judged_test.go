package terraform

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCredentials(t *testing.T) {
	m := build(tree{root + "/main.tf": `provider "airbyte" {
  username = "admin"
  password = "hunter2"
}
resource "airbyte_source" "s" {
  secret_name              = "k8s-secret"
  connection_configuration = jsonencode(merge({ credentials = { auth_type = "api_password", api_password = "hunter2" } }, { "apiKey" = var.k, page_token = "x" }))
}
variable "db_password" { default = "hunter2" }
variable "k" { default = "" }
locals { clientSecret = "hunter2" }`})
	want := []Credential{
		{Attribute: "password", From: "provider.airbyte", At: at(3, 3)},
		{Attribute: "connection_configuration.credentials.api_password", From: "airbyte_source.s", At: at(7, 93)},
		{Attribute: "default", From: "var.db_password", At: at(9, 26)},
		{Attribute: "clientSecret", From: "local.clientSecret", At: at(11, 10)},
	}
	if diff := cmp.Diff(want, m.Credentials); diff != "" {
		t.Error(diff)
	}
	if text := fmt.Sprintf("%+v", m.Resources); strings.Contains(text, "hunter2") {
		t.Errorf("the facts hold a secret: %s", text)
	}
}

func TestProviders(t *testing.T) {
	m := build(tree{
		root + "/.terraform.lock.hcl": "provider \"registry.terraform.io/hashicorp/random\" {\n  version = \"3.6.0\"\n}\n",
		root + "/main.tf": `terraform {
  required_providers {
    airbyte = { source = "aballiet/airbyte-oss", version = "1.2.3" }
    aws     = { source = "hashicorp/aws", version = ">= 5" }
    old     = "~> 1.0"
  }
}
resource "null_resource" "n" {}
resource "terraform_data" "d" {}
resource "random_id" "r" {}
provider "aws" { alias = "eu" }
data "thing" "x" { provider = aws.eu }`,
	})
	want := []Provider{
		{Name: "airbyte", Source: "aballiet/airbyte-oss", Version: ptr("1.2.3"), Pinned: true, At: at(3, 5)},
		{Name: "aws", Source: "hashicorp/aws", Version: ptr(">= 5"), At: at(4, 5)},
		{Name: "null", Source: "hashicorp/null", At: at(8, 1)},
		{Name: "old", Source: "hashicorp/old", Version: ptr("~> 1.0"), At: at(5, 5)},
		{Name: "random", Source: "hashicorp/random", Pinned: true, At: at(10, 1)},
	}
	if diff := cmp.Diff(want, m.Providers); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownAttributes(t *testing.T) {
	const provider = "terraform {\n  required_providers {\n    airbyte = { source = \"aballiet/airbyte-oss\" }\n  }\n}\n"
	files := tree{
		"dag/by-hand/a.json": `{"streams": [{"stream": {"name": "x", "supportedSyncModes": []}, "config": {"sync_mode": "incremental"}},
  {"stream": {"name": "y", "json_shema": {}}}, {"stream": {"json_shema": {}}}]}`,
		// A generated catalog is compared whole by the stream rules.
		"dag/streams/a/_catalog.json": `{"streams": [{"stream": {"json_shema": {}}}]}`,
		root + "/main.tf": provider + `resource "airbyte_connection" "c" {
  count         = 1
  sourceid      = "x"
  schedule_data = { crons = { cron_expression = "x" } }
  sync_catalog  = jsondecode(file("${path.module}/../../dag/by-hand/a.json"))
  lifecycle { prevent_destroy = true }
}
resource "airbyte_connection" "generated" { sync_catalog = jsondecode(file("${path.module}/../../dag/streams/a/_catalog.json")) }
resource "airbyte_connection" "d" {
  sync_catalog = { streams = [for s in [] : { stream = { name = s }, config = { sync_mod = "x" } }] }
}
resource "airbyte_source" "s" { connection_configuration = jsonencode({ anything = { goes = 1 } }) }`,
	}
	want := []Unknown{
		{Attribute: "sourceid", From: "airbyte_connection.c", Nearest: ptr("source_id"), At: at(8, 3)},
		{Attribute: "schedule_data.crons", From: "airbyte_connection.c", Nearest: ptr("cron"), At: at(9, 31)},
		{Attribute: "sync_catalog.streams.stream.json_shema", From: "airbyte_connection.c", Nearest: ptr("json_schema"), At: Position{"dag/by-hand/a.json", 2, 28}},
		{Attribute: "sync_catalog.streams.config.sync_mod", From: "airbyte_connection.d", Nearest: ptr("sync_mode"), At: at(15, 81)},
	}
	if diff := cmp.Diff(want, build(files).UnknownAttributes); diff != "" {
		t.Error(diff)
	}
	files[root+"/main.tf"] = strings.Replace(files[root+"/main.tf"], "aballiet/airbyte-oss", "someone/airbyte", 1)
	if got := build(files).UnknownAttributes; len(got) > 0 {
		t.Errorf("a provider that is not known was judged: %v", got)
	}
}

func TestCrons(t *testing.T) {
	m := build(tree{root + "/main.tf": `resource "airbyte_connection" "a" {
  schedule_data = { cron = { cron_expression = "0 0 * * * ?", cron_time_zone = "UTC" } }
}
resource "airbyte_connection" "b" {
  schedule_data = { cron = { cron_expression = "0 1 * * * ?" } }
}
resource "airbyte_connection" "c" {
  schedule = { schedule_type = "cron", cron_expression = "0 2 * * * ? Europe/Paris" }
}
resource "airbyte_connection" "d" {
  schedule_data = { cron = { cron_expression = var.x, cron_time_zone = "UTC" } }
}
resource "airbyte_connection" "e" {
  schedule_data = { cron = { cron_expression = "0 3 * * * ?", cron_time_zone = var.zone } }
}`})
	want := []Cron{
		{Expression: "0 0 * * * ?", TimeZone: ptr("UTC"), From: "airbyte_connection.a", At: at(2, 30)},
		{Expression: "0 1 * * * ?", Error: ptr("no time zone"), From: "airbyte_connection.b", At: at(5, 30)},
		{Expression: "0 2 * * * ? Europe/Paris", TimeZone: ptr("Europe/Paris"), From: "airbyte_connection.c", At: at(8, 40)},
		{Expression: "0 3 * * * ?", From: "airbyte_connection.e", At: at(14, 30)},
	}
	if diff := cmp.Diff(want, m.Crons); diff != "" {
		t.Error(diff)
	}
}
