package terraform

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
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
			in.Files = append(in.Files, hcl.Parse(path, []byte(files[path])))
		}
	}
	return Build(in)
}

// at is a position in main.tf of the module.
func at(line, column int) Position {
	return Position{Path: root + "/main.tf", Line: line, Column: column}
}

func ptr(s string) *string { return &s }

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
