package terraform

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestReads(t *testing.T) {
	files := tree{
		"dag/streams/shopify/_catalog.json": "{}", "dag/streams/shopify/orders.json": "{}", "dag/streams/klaviyo/_catalog.json": "{}",
		root + "/local.txt": "x",
	}
	tests := []struct {
		name, source string
		want         []Read
	}{
		{
			"present", `x = file("${path.module}/../../dag/streams/shopify/_catalog.json")`,
			[]Read{{Call: "file", Path: ptr("dag/streams/shopify/_catalog.json"), Exists: true}},
		},
		{"missing", `x = templatefile("${path.module}/none.tpl", {})`, []Read{{Call: "templatefile", Path: ptr(root + "/none.tpl")}}},
		{
			"through locals", "d = \"${path.module}/../../dag\"\nx = file(\"${local.d}/streams/${local.s}/none.json\")\ns = \"shopify\"",
			[]Read{{Call: "file", Path: ptr("dag/streams/shopify/none.json")}},
		},
		{"a variable", `x = file("${path.module}/${var.name}")`, []Read{{Call: "file"}}},
		{"leaves the repository", `x = file("${path.module}/../../../secret")`, []Read{{Call: "file", Path: ptr("../secret"), Escapes: true}}},
		{"absolute", `x = file("/etc/passwd")`, []Read{{Call: "file"}}},
		{"relative and present", `x = file("local.txt")`, []Read{{Call: "file", Path: ptr(root + "/local.txt"), Exists: true}}},
		{"optional", `x = try(file("${path.module}/none"), null)`, []Read{{Call: "file", Path: ptr(root + "/none"), Optional: true}}},
		{
			"fileset", `x = fileset("${path.module}/../../dag/streams", "*/[!_]*.json")`,
			[]Read{{Call: "fileset", Path: ptr("dag/streams"), Pattern: ptr("*/[!_]*.json"), Exists: true, Matches: 1}},
		},
		{"no such directory", `x = fileset("${path.module}/none", "**")`, []Read{{Call: "fileset", Path: ptr(root + "/none"), Pattern: ptr("**")}}},
		{
			"for over a fileset", `x = [for f in fileset("${path.module}/../../dag/streams/shopify", "*.json") : file("${path.module}/../../dag/streams/shopify/${f}")]`,
			[]Read{
				{Call: "fileset", Path: ptr("dag/streams/shopify"), Pattern: ptr("*.json"), Exists: true, Matches: 2},
				{Call: "file", Path: ptr("dag/streams/shopify/*.json"), Pattern: ptr("*.json"), Exists: true, Matches: 2},
			},
		},
		{
			"for over names", `x = [for s in ["shopify", "faire"] : file("${path.module}/../../dag/streams/${s}/_catalog.json")]`,
			[]Read{
				{Call: "file", Path: ptr("dag/streams/shopify/_catalog.json"), Exists: true},
				{Call: "file", Path: ptr("dag/streams/faire/_catalog.json")},
			},
		},
		{"locals in a circle", "x = file(local.y)\ny = local.x", []Read{{Call: "file"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			repository := tree{root + "/main.tf": "locals {\n" + tt.source + "\n}\n"}
			for path, text := range files {
				repository[path] = text
			}
			got := build(repository).Reads
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(Read{}, "At", "From")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadsOfForEach(t *testing.T) {
	m := build(tree{"dag/a.json": "", root + "/main.tf": `locals { sources = { a = 1, b = 2 } }
resource "t" "r" {
  for_each = local.sources
  text     = file("${path.module}/../../dag/${each.key}.json")
}`})
	want := []Read{
		{Call: "file", Path: ptr("dag/a.json"), Exists: true, From: "t.r", At: at(4, 14)},
		{Call: "file", Path: ptr("dag/b.json"), From: "t.r", At: at(4, 14)},
	}
	if diff := cmp.Diff(want, m.Reads); diff != "" {
		t.Error(diff)
	}
}

func TestResets(t *testing.T) {
	m := build(tree{
		"dag/streams/a/x.json": "{}", "dag/streams/b/y.json": "{}",
		root + "/main.tf": `locals {
  files = fileset("${path.module}/../../dag/streams/a", "*.json")
  need  = anytrue([for f in local.files : try(jsondecode(file("${path.module}/../../dag/streams/a/${f}")).backfill, false)])
}
resource "null_resource" "a" {
  count      = local.need ? 1 : 0
  triggers   = { id = airbyte_connection.a.connection_id, at = timestamp() }
  depends_on = [airbyte_connection.b]
}
resource "terraform_data" "all" {
  for_each = fileset("${path.module}/../../dag/streams", "*/*.json")
}
resource "null_resource" "unrelated" { triggers = { x = file("${path.module}/x") } }`,
	})
	want := []Reset{
		{
			Address: "null_resource.a", Directories: []string{"dag/streams/a"}, Connections: []string{"airbyte_connection.a", "airbyte_connection.b"},
			Unstable: []Unstable{{Call: "timestamp", At: at(7, 64)}}, At: at(5, 1),
		},
		{
			Address: "terraform_data.all", Directories: []string{"dag/streams/a", "dag/streams/b"}, Connections: []string{}, Unstable: []Unstable{},
			At: at(10, 1),
		},
	}
	if diff := cmp.Diff(want, m.Resets); diff != "" {
		t.Error(diff)
	}
}

func TestHostileModules(t *testing.T) {
	var doubling, filesets strings.Builder
	for i := range 60 {
		fmt.Fprintf(&doubling, "l%d = \"%s\"\n", i, strings.Repeat(fmt.Sprintf("${local.l%d}", i+1), 20))
	}
	repository := tree{}
	for i := range 3000 {
		repository[fmt.Sprintf("dag/f%d", i)] = ""
		fmt.Fprintf(&filesets, "f%d = fileset(\"${path.module}/../../dag\", \"%d*\")\n", i, i)
	}
	repository[root+"/main.tf"] = "locals {\n" + doubling.String() + "l60 = \"x\"\nx = file(local.l0)\n}\nlocals {\n" + filesets.String() + "}\n"
	m := build(repository)
	want := []Problem{{Message: "its filesets match against too many files to be judged", At: Position{root, 1, 1}}}
	if diff := cmp.Diff(want, m.Syntax); diff != "" {
		t.Error(diff)
	}
	if m.Reads[0].Path != nil {
		t.Errorf("read %v", *m.Reads[0].Path)
	}
}
