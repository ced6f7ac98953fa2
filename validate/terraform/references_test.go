package terraform

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReferences(t *testing.T) {
	tests := []struct {
		name, source string
		want         []string // unresolved: "text -> nearest"
	}{
		{"nearest resource", `resource "airbyte_source" "shopify" {}
resource "airbyte_connection" "c" { source_id = airbyte_source.shopifi.source_id }`, []string{"airbyte_source.shopifi.source_id -> airbyte_source.shopify"}},
		{"nothing near", `resource "airbyte_connection" "c" { source_id = airbyte_source.gone.id }`, []string{"airbyte_source.gone.id -> -"}},
		{
			"variables, locals, modules, data", `variable "workspace_id" {}
locals { streams = 1 }
module "m" { source = "./m" }
data "a" "b" {}
output "o" { value = [var.workspace_idd, local.stream, module.n.x, data.a.c.id, module.m.x, data.a.b.id] }`,
			[]string{"var.workspace_idd -> var.workspace_id", "local.stream -> local.streams", "module.n.x -> module.m", "data.a.c.id -> data.a.b"},
		},
		{"what Terraform provides", `resource "a" "b" {
  count = 2
  x     = [count.index, each.key, each.value.y, self.id, path.module, path.root, terraform.workspace]
  for_y = [for k, v in { a = 1 } : "${k}${v}"]
  dynamic "block" {
    for_each = [1]
    iterator = it
    content { z = it.value }
  }
  dynamic "other" {
    for_each = [1]
    content { z = other.value }
  }
  provider = aws.eu
  lifecycle {
    ignore_changes       = [name, all, tags["x"]]
    replace_triggered_by = [a.b]
  }
  provisioner "local-exec" {
    when       = destroy
    on_failure = continue
    command    = "x"
  }
}
moved {
  from = a.old
  to   = a.b
}
removed { from = a.gone }
import {
  to = a.b
  id = "x"
}
variable "v" { type = list(object({ a = optional(string, "x") })) }
output "v" { value = var.v }
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", configuration_aliases = [aws.eu] }
  }
}`, nil},
		{"a missing quote", `resource "a" "b" { name = shopify }`, []string{"shopify -> -"}},
		{"an iterator used outside", `resource "a" "b" {
  dynamic "x" {
    for_each = x.value
    content {}
  }
}`, []string{"x.value -> -"}},
		{"outputs are not values", `output "a" { value = 1 }
output "b" { value = output.a }`, []string{"output.a -> -"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := build(tree{root + "/main.tf": tt.source})
			var got []string
			for _, r := range m.References {
				if !r.Resolved {
					near := "-"
					if r.Nearest != nil {
						near = *r.Nearest
					}
					got = append(got, r.Text+" -> "+near)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if len(m.Syntax) > 0 {
				t.Error(m.Syntax)
			}
		})
	}
}

func TestReferenceFact(t *testing.T) {
	m := build(tree{root + "/main.tf": "resource \"airbyte_source\" \"a\" {\n  workspace_id = var.w\n}"})
	want := []Reference{{Text: "var.w", Target: "var.w", From: "airbyte_source.a", Kind: "var", At: at(2, 18)}}
	if diff := cmp.Diff(want, m.References); diff != "" {
		t.Error(diff)
	}
}

func TestNearest(t *testing.T) {
	tests := []struct {
		name       string
		candidates []string
		want       *string
	}{
		{"var.regoin", []string{"var.origin", "var.region"}, ptr("var.region")},
		{"var.x", []string{"var.workspace_id"}, nil},
		{"local.a", nil, nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, nearest(tt.name, tt.candidates)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
