package page

import (
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

var update = flag.Bool("update", false, "write testdata/*.md anew")

// house is a rule that has everything a rule can have.
var house = policy.Rule{
	ID: "house/one", Title: "One thing only", Severity: policy.Error, When: policy.History, Kinds: []string{"manifest", "stream"}, Ratchet: true,
	Ticket: "TICKET-7", Description: "Two are\ntoo many.", Remediation: "remove one",
	Parameters: map[string]policy.Parameter{
		"most":  {Description: "how many", Default: 1},
		"names": {Description: "a | b", Default: []any{"<x>", "a|b", map[string]any{"deep": nil}}},
	},
	Admission: &policy.Admission{
		Resources: []string{"core/v1/secrets", "apps/*/deployments"}, Operations: []string{"CREATE", "UPDATE"}, Selector: "a=b", Condition: "object != null", Failure: policy.Fail,
	},
	Related: []policy.Related{{Ref: "https://example.com/a", Description: "Why"}, {Ref: "https://example.com/b"}},
}

const houseExamples = `
good:
  - name: äußerst gut
    why: |
      It is.
    files:
      a.yaml: |
        a: 1
bad:
  - name: two
    history:
      - age: 96h
        files:
          old.json: "{}"
    base:
      gone.txt: gone
      link: {symlink: ../elsewhere}
    files:
      a.md: "` + "```sh\\nrm\\n```" + `"
      b.state: {ignored: "{}"}
      c.bin: {base64: "AAEC"}
      d.tf: "x {}\n\n"
      gone.txt: null
    findings:
      - {path: a.md, line: 3, message: no}
      - {path: c.bin, field: x, message: neither}
  - name: of a request
    request:
      operation: UPDATE
      user: {name: alice, groups: [admins]}
      resource: core/v1/secrets
      namespace: lake
      name: s
      object: {kind: Secret, data: {b: "", a: ""}}
      old_object: {kind: Secret}
      live: {missing: [{what: x, field: [spec, 0]}]}
    findings:
      - {field: "data.a", message: not this}
      - {message: nor that}
`

// TestMarkdown compares whole pages with testdata; -update writes them.
func TestMarkdown(t *testing.T) {
	examples, err := Parse([]byte(houseExamples))
	if err != nil {
		t.Fatal(err)
	}
	bare := policy.Rule{ID: "house/bare", Title: "Bare", Severity: policy.Warning, When: policy.Tip, Kinds: []string{"code"}, Description: "D", Remediation: "R"}
	onRequests := policy.Rule{
		ID: "house/request", Title: "Request", Severity: policy.Error, Scope: "request", When: policy.Tip, Kinds: []string{"request"}, Description: "D", Remediation: "R",
		Admission: &policy.Admission{Resources: []string{"core/v1/secrets"}, Operations: []string{"DELETE"}, Failure: policy.Ignore},
	}
	for name, got := range map[string]string{
		"full.md":     Markdown(house, examples),
		"bare.md":     Markdown(bare, Examples{}),
		"request.md":  Markdown(onRequests, Examples{}),
		"contents.md": Contents([]policy.Rule{bare, house}, "make generate"),
	} {
		file := "testdata/" + name
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParse(t *testing.T) {
	got, err := Parse([]byte(houseExamples))
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) File { return File{Data: []byte(s), Text: true} }
	want := Examples{
		Good: []Example{{Line: 3, Name: "äußerst gut", Why: "It is.\n", Files: map[string]File{"a.yaml": text("a: 1\n")}}},
		Bad: []Example{{
			Line:    10,
			Name:    "two",
			History: []State{{Age: 96 * time.Hour, Files: map[string]File{"old.json": text("{}")}}},
			Base:    map[string]File{"gone.txt": text("gone"), "link": {Symlink: "../elsewhere"}},
			Files: map[string]File{
				"a.md": text("```sh\nrm\n```"), "b.state": {Data: []byte("{}"), Text: true, Ignored: true}, "c.bin": {Data: []byte{0, 1, 2}},
				"d.tf": text("x {}\n\n"), "gone.txt": {},
			},
			Findings: []Finding{{Path: "a.md", Line: 3, Message: "no"}, {Path: "c.bin", Field: "x", Message: "neither"}},
		}, {
			Line: 27,
			Name: "of a request",
			Request: &Request{
				Operation: "UPDATE", User: User{Name: "alice", Groups: []string{"admins"}}, Resource: "core/v1/secrets", Namespace: "lake", Name: "s",
				Object:    map[string]any{"kind": "Secret", "data": map[string]any{"a": "", "b": ""}},
				OldObject: map[string]any{"kind": "Secret"},
				Live:      map[string]any{"missing": []any{map[string]any{"what": "x", "field": []any{"spec", 0}}}},
			},
			Findings: []Finding{{Field: "data.a", Message: "not this"}, {Message: "nor that"}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for path, deleted := range map[string]bool{"gone.txt": true, "a.md": false, "b.state": false, "c.bin": false} {
		if f := got.Bad[0].Files[path]; f.Deleted() != deleted {
			t.Errorf("%s: Deleted() = %t", path, f.Deleted())
		}
	}
	if empty, err := Parse(nil); err != nil || empty.Good != nil || empty.Bad != nil {
		t.Errorf("no examples: %v, %v", empty, err)
	}
}

// TestRequestDocument: what an example of a request leaves out is empty, not absent.
func TestRequestDocument(t *testing.T) {
	got := Request{
		Operation: "DELETE", User: User{Name: "alice"}, Resource: "core/v1/secrets", Namespace: "lake", Name: "s", OldObject: map[string]any{"kind": "Secret"},
	}.Document()
	want := policy.Document{Kind: "request", Input: map[string]any{
		"operation": "DELETE", "user": map[string]any{"name": "alice", "groups": []any{}},
		"resource":  map[string]any{"group": "", "version": "v1", "resource": "secrets"},
		"namespace": "lake", "name": "s", "subresource": "", "dry_run": false,
		"object": nil, "old_object": map[string]any{"kind": "Secret"}, "unchanged": false,
		"live": map[string]any{"terraforms": []any{}, "missing": []any{}, "state": nil},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"good: []\n---\ngood: []":                     "examples.yaml: line 1: it holds more than one YAML document",
		"good:\n  - [":                                "examples.yaml: line 2: did not find expected node content",
		"good:\n  - {nme: a}\n  - {name: b, bse: {}}": "examples.yaml: line 2: field nme not found\nexamples.yaml: line 3: field bse not found",
		"ugly: []":                                     "examples.yaml: line 1: field ugly not found",
		"good: [{name: a, files: {x: [1]}}]":           "examples.yaml: line 1: want a file's text, {base64: …}, {symlink: target} or {ignored: text}",
		"good: [{name: a, files: {x: {bas64: AA==}}}]": `examples.yaml: line 1: a file is not given by "bas64": want base64, symlink or ignored`,
		"bad: [{name: a, files: {x: {base64: '*'}}}]":  "examples.yaml: line 1: base64: illegal base64 data at input byte 0",
		"bad: [{name: a, files: {x: y}, request: {}}]": `examples.yaml: line 1: example "a" has files and a request: want one of them`,
		"bad: [{why: a}]":                              "examples.yaml: line 1: an example without a name",
	} {
		if got, err := Parse([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("Parse(%s) = %v, %v; want %s", text, got, err, want)
		}
	}
}

// TestCheck: what each example lacks, with the line on which it begins.
func TestCheck(t *testing.T) {
	examples, err := Parse([]byte(`good:
  - {name: a, files: {../x: y}}
  - {name: a, files: {}, findings: [{path: p, message: m}]}
  - name: r
    request: {operation: CREATE, old_object: {}, user: {}, resource: secrets}
bad:
  - {name: b, files: {x: y}}
  - {name: c, files: {x: y}, findings: [{message: Full stop.}, {message: m}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, err := range append(examples.Check(), Examples{}.Check()...) {
		got = append(got, err.Error())
	}
	want := []string{
		`examples.yaml: line 2: example "a": path "../x" is not clean and relative`,
		`examples.yaml: line 3: example "a": two have this name`,
		`examples.yaml: line 3: example "a": it has 1 findings: bad examples have some, good ones none`,
		`examples.yaml: line 3: example "a": it has no files`,
		`examples.yaml: line 4: example "r": operation "CREATE": CREATE has an object, DELETE an old_object, UPDATE both`,
		`examples.yaml: line 4: example "r": want a user's name and a resource group/version/resource`,
		`examples.yaml: line 7: example "b": it has 0 findings: bad examples have some, good ones none`,
		`examples.yaml: line 8: example "c": finding "Full stop.": want a message that ends without a period`,
		`examples.yaml: line 8: example "c": finding "m": want a path, and none for a request`,
		`examples.yaml: line 1: want at least one good and one bad example`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
