package hcl

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

func TestParseBlocks(t *testing.T) {
	file := Parse("main.tf", []byte(`
resource "airbyte_connection" "a" {
  é_name = "Ü" # comment
  schedule_data = { cron = { cron_expression = "0 0 * * * ?" } }
  config = jsonencode(merge({ key = var.key }, { "list" = [{ n = -1 }] }))
  provisioner "local-exec" { command = "echo ${timestamp()}" }
}`))
	type leaf struct {
		Path, Text string
		Literal    bool
		Value      any
		At         parse.Position
	}
	got := map[string][]leaf{}
	block := file.Blocks[0]
	for _, a := range append(block.Attributes, block.Blocks[0].Attributes...) {
		for _, l := range a.Leaves {
			got[a.Name] = append(got[a.Name], leaf{l.Path, l.Text, l.Literal, l.Value, l.At})
		}
	}
	want := map[string][]leaf{
		"é_name":        {{"", `"Ü"`, true, "Ü", parse.Position{Line: 3, Column: 3}}},
		"schedule_data": {{"cron.cron_expression", `"0 0 * * * ?"`, true, "0 0 * * * ?", parse.Position{Line: 4, Column: 30}}},
		"config": {
			{"key", "var.key", false, nil, parse.Position{Line: 5, Column: 31}},
			{"list.0.n", "neg(1)", true, json.Number("-1"), parse.Position{Line: 5, Column: 62}},
		},
		"command": {{"", `"echo ${timestamp()}"`, false, nil, parse.Position{Line: 6, Column: 30}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(file.Problems) != 0 {
		t.Errorf("problems: %v", file.Problems)
	}
	if diff := cmp.Diff([]Call{{Name: "timestamp", At: parse.Position{Line: 6, Column: 48}}}, block.Blocks[0].Attributes[0].Calls); diff != "" {
		t.Error(diff)
	}
}

func TestParseReferences(t *testing.T) {
	tests := []struct{ name, expression, want string }{
		{"plain", `airbyte_source.a.source_id`, "airbyte_source.a.source_id"},
		{
			"index and splat", `[airbyte_source.a[0].id, airbyte_source.b["k"].id, airbyte_source.c[*].id, x.y[var.i].z]`,
			`airbyte_source.a[0].id airbyte_source.b["k"].id airbyte_source.c x.y var.i`,
		},
		{
			"for variables are not references", `{ for k, v in local.all : k => [for w in v : "${w}${var.x}"] if v != local.none }`,
			"local.all var.x local.none",
		},
		{"shadowing ends with the for", `[[for f in local.a : f.x], f.y]`, "local.a f.y"},
		{"keys", `{ plain = 1, (var.key) = 2, "${local.k}x" = 3 }`, "var.key local.k"},
		{
			"conditional, try and heredoc", "var.a ? try(module.m.out, null) : <<-EOT\n  x ${data.t.n.id}\n  %{ if var.b }y%{ endif }\n  EOT\n",
			"var.a ?module.m.out data.t.n.id var.b",
		},
		{"function in function", `upper(join("-", [var.a, format("%s", local.b)]))`, "var.a local.b"},
		{"operators and parentheses", `!(var.a && -local.n > 3)`, "var.a local.n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := Parse("x.tf", []byte("locals {\n  v = "+tt.expression+"\n}\n"))
			if len(file.Problems) > 0 {
				t.Fatal(file.Problems)
			}
			var got []string
			for _, r := range file.Blocks[0].Attributes[0].References {
				text := r.Text
				if r.Optional {
					text = "?" + text
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseReads(t *testing.T) {
	literal := func(s string) Part { return Part{Kind: PartLiteral, Text: s} }
	module := Part{Kind: PartModule}
	at := func(column int) parse.Position { return parse.Position{Line: 1, Column: column} }
	tests := []struct {
		name, source string
		want         []Read
	}{
		{
			"file under the module", `x = jsondecode(file("${path.module}/a/_catalog.json"))`,
			[]Read{{Call: "file", Path: []Part{module, literal("/a/_catalog.json")}, At: at(16)}},
		},
		{
			"for over a local, inside try", `x = [for f in local.files : try(file("d/${f}"), null)]`,
			[]Read{{Call: "file", Path: []Part{literal("d/"), {Kind: PartElement, Text: "f", Of: &Collection{Ref: "local.files"}}}, At: at(33), Optional: true}},
		},
		{
			"fileset", `x = fileset("${path.root}/d", "*.json")`,
			[]Read{{Call: "fileset", Path: []Part{{Kind: PartRoot}, literal("/d")}, Pattern: []Part{literal("*.json")}, At: at(5)}},
		},
		{
			"guarded by fileexists", `x = fileexists("a") ? file("a") : ""`,
			[]Read{{Call: "fileexists", Path: []Part{literal("a")}, At: at(5), Optional: true}, {Call: "file", Path: []Part{literal("a")}, At: at(23), Optional: true}},
		},
		{
			"join and each", `x = file(join("/", [path.module, each.key]))`,
			[]Read{{Call: "file", Path: []Part{module, literal("/"), {Kind: PartEach, Text: "each.key"}}, At: at(5)}},
		},
		{
			"unknown", `x = templatefile(replace(var.p, "a", "b"), {})`,
			[]Read{{Call: "templatefile", Path: []Part{{Kind: PartUnknown}}, At: at(5)}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := Parse("x.tf", []byte("locals {\n"+tt.source+"\n}\n"))
			got := file.Blocks[0].Attributes[0].Reads
			for i := range got {
				got[i].At.Line--
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCanonicalIgnoresLayout(t *testing.T) {
	same := []string{
		"x = {a = 1, b = [var.x, (2 + 3)]}",
		"x = {\n  \"a\" = 1 # one\n  b : [\n    var.x, /* y */ 2 + 3,\n  ]\n}",
	}
	different := []string{"x = {a = 1, b = [var.x, 2 * 3]}", "x = {a = 1, b = [var.y, 2 + 3]}", `x = {a = "1", b = [var.x, 2 + 3]}`}
	text := func(s string) string {
		return Parse("x.tf", []byte("locals {\n"+s+"\n}\n")).Blocks[0].Attributes[0].Text
	}
	if text(same[0]) != text(same[1]) {
		t.Errorf("%q != %q", text(same[0]), text(same[1]))
	}
	for _, d := range different {
		if text(d) == text(same[0]) {
			t.Errorf("%q reads as %q", d, text(d))
		}
	}
}

func TestParseProblems(t *testing.T) {
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	tests := []struct {
		name, path, source string
		want               Problem
	}{
		{"unclosed block", "x.tf", "resource \"a\" \"b\" {\n", Problem{"Unclosed configuration block: There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.", parse.Position{Line: 1, Column: 18}}},
		{"nested lists", "x.tf", "x = " + deep, Problem{"nested more than 500 levels deep", parse.Position{Line: 1, Column: 504}}},
		{"unary chain", "x.tf", "x = " + strings.Repeat("!", 300_000) + "a", Problem{"one expression chains more than 10000 operators", parse.Position{Line: 1, Column: 10_004}}},
		{"ternary chain", "x.tf", "x = " + strings.Repeat("a?b:", 20_000) + "a", Problem{"one expression chains more than 10000 operators", parse.Position{Line: 1, Column: 20_004}}},
		{"index chain", "x.tf", "x = a" + strings.Repeat("[0]", 100_000), Problem{"one expression chains more than 10000 operators", parse.Position{Line: 1, Column: 30_003}}},
		{"too large", "x.tf", strings.Repeat("# comment\n", 120_000), Problem{"file is larger than 1 MiB: not inspected", parse.Position{Line: 1, Column: 1}}},
		{"JSON", "x.tf.json", "{\n  \"locals\": {\"a\": \"${b\"}\n}", Problem{"in a string: Unclosed template interpolation sequence: There is no closing brace for this interpolation sequence before the end of the file. This might be caused by incorrect nesting inside the given expression.", parse.Position{Line: 2, Column: 19}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Parse(tt.path, []byte(tt.source)).Problems
			if len(got) == 0 {
				t.Fatal("no problem found")
			}
			if diff := cmp.Diff(tt.want, got[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseJSONEqualsNative(t *testing.T) {
	native := Parse("x.tf", []byte(`
resource "airbyte_connection" "a" {
  source_id = airbyte_source.s.source_id
  name      = "A ${var.n}"
  list      = [{ a = 1.5 }, { a = true }]
  depends_on = [airbyte_source.s]
  lifecycle { prevent_destroy = true }
}`))
	asJSON := Parse("x.tf.json", []byte(`{"//": "comment", "resource": {"airbyte_connection": {"a": [{
  "source_id": "${airbyte_source.s.source_id}", "name": "A ${var.n}", "list": [{"a": 1.5}, {"a": true}],
  "depends_on": ["airbyte_source.s"], "lifecycle": {"prevent_destroy": true}}]}}}`))
	type facts struct{ Block, Path, Text, References string }
	list := func(file *File) (out []facts) {
		for _, b := range file.Blocks {
			for _, inner := range append([]Block{b}, b.Blocks...) {
				for _, a := range inner.Attributes {
					for _, l := range a.Leaves {
						f := facts{Block: strings.Join(append([]string{inner.Type}, inner.Labels...), " "), Path: dotted(a.Name, l.Path), Text: l.Text}
						for _, r := range l.References {
							f.References += r.Text + " "
						}
						out = append(out, f)
					}
				}
			}
		}
		return out
	}
	if diff := cmp.Diff(list(native), list(asJSON)); diff != "" {
		t.Error(diff)
	}
	if len(asJSON.Problems) > 0 {
		t.Error(asJSON.Problems)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`resource "a" "b" { x = jsonencode({ k = "${var.v}" }) }`,
		"locals {\n  a = [for f in fileset(path.module, \"*\") : try(file(f), null) if f != \"\"]\n}",
		`dynamic "x" { for_each = {} content { a = x.value } }`, "x = <<EOT\n${a}\nEOT\n", `{"resource": {"a": {"b": {"c": "${d}"}}}}`,
		"a = b ? c : d[*].e", "x = 1e99999999", "x = [1e999999999999]", "\xef\xbb\xbfa = 1", "a = {(b) = c...}", "x = -(-1)",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, native bool) {
		path := "x.tf.json"
		if native {
			path = "x.tf"
		}
		file := Parse(path, data)
		lines := len(parse.LinesOf(data))
		for _, p := range file.Problems {
			if p.Message == "" || p.At.Line < 1 || p.At.Line > lines || p.At.Column < 1 {
				t.Fatalf("bad problem %+v in %d lines", p, lines)
			}
		}
		for _, b := range file.Blocks {
			for _, a := range b.Attributes {
				if len(a.Leaves) == 0 || a.At.Line < 1 || a.At.Line > lines || a.At.Column < 1 {
					t.Fatalf("bad attribute %s at %v with %d leaves", a.Name, a.At, len(a.Leaves))
				}
			}
		}
	})
}
