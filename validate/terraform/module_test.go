package terraform

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// tree is a repository in memory.
type tree map[string]string

func (t tree) Exists(path string) bool { _, ok := t[path]; return ok }

func (t tree) Read(path string) ([]byte, error) {
	if text, ok := t[path]; ok {
		return []byte(text), nil
	}
	return nil, fmt.Errorf("no file %s", path)
}

func (t tree) List(dir string) []string {
	var files []string
	for path := range t {
		if dir == "." || strings.HasPrefix(path, dir+"/") {
			files = append(files, path)
		}
	}
	sort.Strings(files)
	return files
}

const root = "infra/tf"

// build reads the module in root of a tree.
func build(files tree) *Module {
	in := Input{Dir: root, Tree: files, Streams: "dag/streams", Quartz: func(expression, zone string) error {
		if zone == "" {
			return errors.New("no time zone")
		}
		return nil
	}}
	for _, path := range files.List(root) {
		if strings.HasSuffix(path, ".tf") || strings.HasSuffix(path, ".tf.json") {
			in.Files = append(in.Files, parse.ParseHCL(path, []byte(files[path])))
		}
	}
	return Build(in)
}

// at is a position in main.tf of the module.
func at(line, column int) Position {
	return Position{Path: root + "/main.tf", Line: line, Column: column}
}

func ptr(s string) *string { return &s }

func TestReferences(t *testing.T) {
	tests := []struct {
		name, source string
		want         []string // unresolved: "text -> nearest"
	}{
		{"nearest resource", `resource "airbyte_source" "shopify" {}
resource "airbyte_connection" "c" { source_id = airbyte_source.shopifi.source_id }`, []string{"airbyte_source.shopifi.source_id -> airbyte_source.shopify"}},
		{"nothing near", `resource "airbyte_connection" "c" { source_id = airbyte_source.gone.id }`, []string{"airbyte_source.gone.id -> -"}},
		{"variables, locals, modules, data", `variable "workspace_id" {}
locals { streams = 1 }
module "m" { source = "./m" }
data "a" "b" {}
output "o" { value = [var.workspace_idd, local.stream, module.n.x, data.a.c.id, module.m.x, data.a.b.id] }`,
			[]string{"var.workspace_idd -> var.workspace_id", "local.stream -> local.streams", "module.n.x -> module.m", "data.a.c.id -> data.a.b"}},
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

func TestDeclarations(t *testing.T) {
	m := build(tree{
		root + "/main.tf": `variable "a" {
  default   = "x"
  sensitive = true
}
variable "b" { default = "" }
variable "c" {
  validation {
    condition     = var.c != ""
    error_message = "empty"
  }
}
locals { n = var.a }
output "o" { value = local.n }
module "m" { source = "./m" }
resource "t" "r" { name = "Title" }
resource "t" "r" {}
moved {
  from = t.old["k"]
  to   = t.r
}
removed { from = t.gone }
import {
  to = t.r
  id = "1"
}
terraform {
  backend "kubernetes" {}
}`,
		root + "/z_override.tf": `variable "b" { default = "y" }
resource "t" "r" { name = "Overridden" }
resource "t" "none" {}`,
	})
	got := []any{m.Variables, m.Locals, m.Outputs, m.Modules, m.Duplicates, m.Moved, m.Removed, m.Imports, m.Backend, m.Syntax, *m.Resources[0].Title}
	want := []any{
		[]Variable{
			{Name: "a", At: at(1, 1), HasDefault: true, DefaultLiteral: true, Sensitive: true, Used: true},
			{Name: "b", At: at(5, 1), HasDefault: true, DefaultLiteral: true},
			{Name: "c", At: at(6, 1)},
		},
		[]Named{{Name: "n", At: at(12, 10)}},
		[]Named{{Name: "o", At: at(13, 1)}},
		[]Named{{Name: "m", At: at(14, 1)}},
		[]Duplicate{{Address: "t.r", At: at(16, 1), First: at(15, 1)}},
		[]Moved{{From: `t.old["k"]`, To: "t.r", At: at(17, 1)}},
		[]Removed{{From: "t.gone", At: at(21, 1)}},
		[]Import{{To: "t.r", At: at(22, 1)}},
		&Backend{Type: "kubernetes", At: at(27, 3)},
		[]Problem{{Message: "an override file changes t.none, which no other file declares", At: Position{root + "/z_override.tf", 3, 1}}},
		"Overridden",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReads(t *testing.T) {
	files := tree{
		"dag/streams/shopify/_catalog.json": "{}", "dag/streams/shopify/orders.json": "{}", "dag/streams/klaviyo/_catalog.json": "{}",
		root + "/local.txt": "x",
	}
	tests := []struct {
		name, source string
		want         []Read
	}{
		{"present", `x = file("${path.module}/../../dag/streams/shopify/_catalog.json")`,
			[]Read{{Call: "file", Path: ptr("dag/streams/shopify/_catalog.json"), Exists: true}}},
		{"missing", `x = templatefile("${path.module}/none.tpl", {})`, []Read{{Call: "templatefile", Path: ptr(root + "/none.tpl")}}},
		{"through locals", "d = \"${path.module}/../../dag\"\nx = file(\"${local.d}/streams/${local.s}/none.json\")\ns = \"shopify\"",
			[]Read{{Call: "file", Path: ptr("dag/streams/shopify/none.json")}}},
		{"a variable", `x = file("${path.module}/${var.name}")`, []Read{{Call: "file"}}},
		{"leaves the repository", `x = file("${path.module}/../../../secret")`, []Read{{Call: "file", Path: ptr("../secret"), Escapes: true}}},
		{"absolute", `x = file("/etc/passwd")`, []Read{{Call: "file"}}},
		{"relative and present", `x = file("local.txt")`, []Read{{Call: "file", Path: ptr(root + "/local.txt"), Exists: true}}},
		{"optional", `x = try(file("${path.module}/none"), null)`, []Read{{Call: "file", Path: ptr(root + "/none"), Optional: true}}},
		{"fileset", `x = fileset("${path.module}/../../dag/streams", "*/[!_]*.json")`,
			[]Read{{Call: "fileset", Path: ptr("dag/streams"), Pattern: ptr("*/[!_]*.json"), Exists: true, Matches: 1}}},
		{"no such directory", `x = fileset("${path.module}/none", "**")`, []Read{{Call: "fileset", Path: ptr(root + "/none"), Pattern: ptr("**")}}},
		{"for over a fileset", `x = [for f in fileset("${path.module}/../../dag/streams/shopify", "*.json") : file("${path.module}/../../dag/streams/shopify/${f}")]`,
			[]Read{
				{Call: "fileset", Path: ptr("dag/streams/shopify"), Pattern: ptr("*.json"), Exists: true, Matches: 2},
				{Call: "file", Path: ptr("dag/streams/shopify/*.json"), Pattern: ptr("*.json"), Exists: true, Matches: 2},
			}},
		{"for over names", `x = [for s in ["shopify", "faire"] : file("${path.module}/../../dag/streams/${s}/_catalog.json")]`,
			[]Read{
				{Call: "file", Path: ptr("dag/streams/shopify/_catalog.json"), Exists: true},
				{Call: "file", Path: ptr("dag/streams/faire/_catalog.json")},
			}},
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
		"dag/streams/a/_catalog.json": `{"streams": [{"stream": {"name": "x", "supportedSyncModes": []}, "config": {"sync_mode": "incremental"}},
  {"stream": {"name": "y", "json_shema": {}}}, {"stream": {"json_shema": {}}}]}`,
		root + "/main.tf": provider + `resource "airbyte_connection" "c" {
  count         = 1
  sourceid      = "x"
  schedule_data = { crons = { cron_expression = "x" } }
  sync_catalog  = jsondecode(file("${path.module}/../../dag/streams/a/_catalog.json"))
  lifecycle { prevent_destroy = true }
}
resource "airbyte_connection" "d" {
  sync_catalog = { streams = [for s in [] : { stream = { name = s }, config = { sync_mod = "x" } }] }
}
resource "airbyte_source" "s" { connection_configuration = jsonencode({ anything = { goes = 1 } }) }`,
	}
	want := []Unknown{
		{Attribute: "sourceid", From: "airbyte_connection.c", Nearest: ptr("source_id"), At: at(8, 3)},
		{Attribute: "schedule_data.crons", From: "airbyte_connection.c", Nearest: ptr("cron"), At: at(9, 31)},
		{Attribute: "sync_catalog.streams.stream.json_shema", From: "airbyte_connection.c", Nearest: ptr("json_schema"), At: Position{"dag/streams/a/_catalog.json", 2, 28}},
		{Attribute: "sync_catalog.streams.config.sync_mod", From: "airbyte_connection.d", Nearest: ptr("sync_mode"), At: at(14, 81)},
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
