package main

import "maps"

func remedyCases() map[string][]remedyCase {
	all := map[string][]remedyCase{}
	for _, domain := range []map[string][]remedyCase{
		backfillRemedies(), ducklakeRemedies(), manifestRemedies(), secretsRemedies(), stateRemedies(), streamRemedies(), terraformRemedies(), trustRemedies(), waiverRemedies(),
	} {
		maps.Copy(all, domain)
	}
	return all
}

// Where a lake keeps what.
const (
	ordersFile      = "orchestration/dag/streams/shopify/orders.json"
	customersFile   = "orchestration/dag/streams/shopify/customers.json"
	backfillFile    = "orchestration/airbyte/terraform/backfill.tf"
	connectionsFile = "orchestration/airbyte/terraform/connections.tf"
	sourcesFile     = "orchestration/airbyte/terraform/sources.tf"
	variablesFile   = "orchestration/airbyte/terraform/variables.tf"
	deployFile      = "deploy/terraform.yaml"
)

// What the server has in them, where an example says nothing of it.
const (
	plainOrders = `{
  "stream": "orders",
  "sync_mode": "full_refresh",
  "destination_sync_mode": "overwrite",
  "fields": {"id": {"type": "integer"}}
}
`
	plainCustomers = `{
  "stream": "customers",
  "sync_mode": "full_refresh",
  "destination_sync_mode": "overwrite",
  "fields": {"id": {"type": "integer"}}
}
`
	connections = `resource "airbyte_connection" "shopify_to_lake" {
  name = "Shopify → S3"
}
resource "airbyte_connection" "klaviyo_to_lake" {
  name = "Klaviyo → S3"
}
`
	plainObject = `apiVersion: infra.contrib.fluxcd.io/v1alpha2
kind: Terraform
metadata:
  name: lake
  namespace: lotus-lake
spec:
  interval: 5m
  path: ./orchestration/airbyte/terraform
  sourceRef:
    kind: GitRepository
    name: lotus-lake
`
)

// reset is a backfill.tf that covers a source.
func reset(source string) string {
	return `locals {
  ` + source + `_backfill = anytrue([
    for f in fileset("${path.module}/../../dag/streams/` + source + `", "*.json") :
    try(jsondecode(file("${path.module}/../../dag/streams/` + source + `/${f}")).backfill, false)
  ])
}

resource "null_resource" "` + source + `_backfill" {
  count = local.` + source + `_backfill ? 1 : 0

  triggers = {
    connection_id = airbyte_connection.` + source + `_to_lake.connection_id
  }
}
`
}

// Commands that several remedies have.
const (
	beginAgain    = "git reset --soft $(git merge-base origin/main HEAD)"
	writeCatalogs = "gate catalog --write"
)
