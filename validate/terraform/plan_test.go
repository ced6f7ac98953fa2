package terraform

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lake is a root like that of the tickets: a source, a destination, the connection of both and its backfill.
const lake = `variable "workspace_id" {}
locals { files = fileset("${path.module}/../../dag/streams/shopify", "*.json") }
resource "airbyte_source" "shopify" {
  name         = "Shopify"
  workspace_id = var.workspace_id
}
resource "airbyte_destination" "s3" {
  name         = "S3"
  workspace_id = var.workspace_id
}
resource "airbyte_connection" "shopify_to_lake" {
  source_id      = airbyte_source.shopify.source_id
  destination_id = airbyte_destination.s3.destination_id
  sync_catalog   = jsondecode(file("${path.module}/../../dag/streams/shopify/_catalog.json"))
}
resource "null_resource" "shopify_backfill" {
  count    = anytrue([for f in local.files : try(jsondecode(file("${path.module}/../../dag/streams/shopify/${f}")).backfill, false)]) ? 1 : 0
  triggers = { connection_id = airbyte_connection.shopify_to_lake.connection_id }
}
`

func TestPlan(t *testing.T) {
	streams := tree{"dag/streams/shopify/_catalog.json": "{}", "dag/streams/shopify/orders.json": "{}"}
	with := func(source string, files tree) tree {
		all := tree{root + "/main.tf": source}
		for _, from := range []tree{streams, files} {
			for path, text := range from {
				all[path] = text
			}
		}
		return all
	}
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(lake) }
	const two = `resource "t" "a" { x = 1 }
resource "t" "b" { y = t.a.id }
`
	tests := []struct {
		name       string
		base, head tree
		want       string
	}{
		{"nothing", with(lake, nil), with("# a comment\n"+replace(`name         = "S3"`, `name = "S3" # the lake`), nil), "Plan: 0 to add, 0 to change, 0 to destroy.\n"},
		{
			"TODO-001: a source is added", with(lake, nil), with(lake+`resource "airbyte_source" "facebook" { name = "Facebook Ads" }`, nil),
			"  + airbyte_source.facebook will be created\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
		},
		{
			"TODO-002: a catalog changes", with(lake, nil), with(lake, tree{"dag/streams/shopify/_catalog.json": `{"streams": []}`}),
			"  ~ airbyte_connection.shopify_to_lake will be updated in-place\n      sync_catalog: dag/streams/shopify/_catalog.json changed\n" +
				"  ? null_resource.shopify_backfill (count unknown) may change\n      count: dag/streams/shopify/_catalog.json changed\n\nPlan: 0 to add, 1 to change, 0 to destroy.\n",
		},
		{
			"TODO-003: a source is removed with its connection", with(lake, nil),
			with(lake[:strings.Index(lake, "resource \"airbyte_source\"")]+lake[strings.Index(lake, "resource \"airbyte_destination\""):strings.Index(lake, "resource \"airbyte_connection\"")], nil),
			"  - null_resource.shopify_backfill (count unknown) will be destroyed\n  - airbyte_connection.shopify_to_lake will be destroyed\n  - airbyte_source.shopify will be destroyed\n\nPlan: 0 to add, 0 to change, 2 to destroy.\n",
		},
		{
			"TODO-004: a backfill", with(lake, nil), with(lake, tree{"dag/streams/shopify/orders.json": `{"backfill": true}`}),
			"  ? null_resource.shopify_backfill (count unknown) may change\n      count: dag/streams/shopify/orders.json changed\n\nPlan: 0 to add, 0 to change, 0 to destroy.\n",
		},
		{
			"a new workspace replaces all that depends on it", with(lake, nil), with(replace("workspace_id = var.workspace_id", `workspace_id = "other"`), nil),
			"-/+ airbyte_destination.s3 must be replaced\n      workspace_id changed, which forces replacement\n" +
				"-/+ airbyte_source.shopify must be replaced\n      workspace_id changed, which forces replacement\n" +
				"-/+ airbyte_connection.shopify_to_lake must be replaced\n      source_id: airbyte_source.shopify is replaced, which forces replacement\n" +
				"-/+ null_resource.shopify_backfill (count unknown) must be replaced\n      triggers.connection_id: airbyte_connection.shopify_to_lake is replaced, which forces replacement\n" +
				"\nPlan: 3 to add, 0 to change, 3 to destroy.\n",
		},
		{"a whole new root", nil, with(two, nil), "  + t.a will be created\n  + t.b will be created\n\nPlan: 2 to add, 0 to change, 0 to destroy.\n"},
		{"a root goes", with(two, nil), nil, "  - t.b will be destroyed\n  - t.a will be destroyed\n\nPlan: 0 to add, 0 to change, 2 to destroy.\n"},
		{
			"moved, forgotten, imported", with(two+"resource \"t\" \"c\" {}\nresource \"t\" \"d\" {}", nil), with(`resource "t" "a2" { x = 1 }
resource "t" "b" { y = t.a2.id }
moved {
  from = t.a
  to   = t.a1
}
moved {
  from = t.a1
  to   = t.a2
}
removed {
  from = t.c
  lifecycle { destroy = false }
}
removed { from = t.d }
import {
  to = t.new
  id = "x"
}
resource "t" "new" {}`, nil),
			"  - t.d will be destroyed\n  . t.c will be removed from the state, not destroyed\n    t.a2 has moved (moved from t.a)\n" +
				"  ~ t.b will be updated in-place\n      y changed\n <= t.new will be imported\n\nPlan: 1 to import, 0 to add, 1 to change, 1 to destroy.\n",
		},
		{
			"numbers of instances", with("resource \"t\" \"a\" { count = 1 }\nresource \"t\" \"b\" { for_each = toset([\"x\", \"y\"]) }", nil),
			with("resource \"t\" \"a\" { count = 3 }\nresource \"t\" \"b\" { for_each = toset([\"x\"]) }\nresource \"t\" \"c\" { count = 0 }\nresource \"t\" \"d\" { count = var.n }", nil),
			"  - t.b will be destroyed\n      from 2 to 1 instances\n  + t.a (2 instances) will be created\n      from 1 to 3 instances\n" +
				"  + t.d (count unknown) will be created\n\nPlan: 2 to add, 0 to change, 1 to destroy.\n",
		},
		{
			"lifecycle", with(two+"resource \"t\" \"c\" {\n  z = 1\n  lifecycle { ignore_changes = [z] }\n}\nresource \"t\" \"d\" {\n  lifecycle { replace_triggered_by = [t.a] }\n}", nil),
			with(strings.Replace(two, "x = 1", "x = 2", 1)+"resource \"t\" \"c\" {\n  z = 2\n  lifecycle { ignore_changes = [z] }\n}\nresource \"t\" \"d\" {\n  lifecycle { replace_triggered_by = [t.a] }\n}", nil),
			"  ~ t.a will be updated in-place\n      x changed\n-/+ t.d must be replaced\n      replace_triggered_by t.a\n\nPlan: 1 to add, 1 to change, 1 to destroy.\n",
		},
		{
			"through locals and defaults", with("locals { a = local.b }\nlocals { b = \"x\" }\nvariable \"v\" { default = 1 }\nresource \"t\" \"a\" { x = \"${local.a}!\" }\nresource \"t\" \"b\" { x = var.v }", nil),
			with("locals { a = local.b }\nlocals { b = \"y\" }\nvariable \"v\" { default = 2 }\nresource \"t\" \"a\" { x = \"${local.a}!\" }\nresource \"t\" \"b\" { x = var.v }", nil),
			"  ~ t.a will be updated in-place\n      x changed\n  ~ t.b will be updated in-place\n      x changed\n\nPlan: 0 to add, 2 to change, 0 to destroy.\n",
		},
		{"a value moves into a local", with("resource \"t\" \"a\" { x = \"v\" }", nil), with("locals { l = \"v\" }\nresource \"t\" \"a\" { x = local.l }", nil), "Plan: 0 to add, 0 to change, 0 to destroy.\n"},
		{
			"a module call", with("module \"m\" { source = \"./m\" }", nil), with("module \"m\" {\n  source = \"./m\"\n  x = 1\n}", nil),
			"  ? module.m may change\n      the module call changed: what it holds is not looked into\n\nPlan: 0 to add, 0 to change, 0 to destroy.\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var base, head *Module
			if tt.base != nil {
				base = build(tt.base)
			}
			if tt.head != nil {
				head = build(tt.head)
			}
			plan, err := Diff(base, head)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, plan.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanOfBrokenModule(t *testing.T) {
	_, err := Diff(build(tree{root + "/main.tf": ""}), build(tree{root + "/main.tf": `resource "x" {}`}))
	if err == nil || err.Error() != `plan infra/tf: infra/tf/main.tf:1: a block "resource" takes 2 labels, this one has 1` {
		t.Errorf("got %v", err)
	}
}
