package policy_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/test/tree"
)

// metadata is a complete METADATA block for a rule on manifests.
const metadata = `# METADATA
# title: T
# description: D
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: R
#   parameters:
#     most: {description: P, default: 3}
`

// write makes a directory of policies.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	tree.Write(t, dir, files)
	return dir
}

// shipped is a file system of rules with its index, as the binary embeds it.
func shipped(t *testing.T, files map[string]string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	index, err := policy.Index(fsys)
	if err != nil {
		t.Fatal(err)
	}
	fsys[policy.IndexFile] = &fstest.MapFile{Data: index}
	return fsys
}

const body = "\ndeny contains {\"message\": \"m\"} if input.encrypted\n"

func TestLoad(t *testing.T) {
	embedded := shipped(t, map[string]string{
		"a/shipped/shipped.rego": metadata + "package a.shipped\n" + body,
		"lib/names/names.rego":   "package lib.names\n\nfirst(x) := x[0]\n",
	})
	dir := write(t, map[string]string{
		"z.rego": metadata + "package z.own\n\nimport data.lib.names\nimport data.lib.mine\n\n" +
			"deny contains {\"message\": names.first(input.object.x)} if mine.yes\n",
		"z_test.rego": "package z.own_test\n",
		"mine.rego":   "package lib.mine\n\nyes := true\n",
		"notes.txt":   "not a policy",
	})
	set, err := policy.Load(embedded, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	rule := policy.Rule{
		Title: "T", Description: "D", Severity: policy.Error, Scope: "document", When: policy.Tip, Kinds: []string{"manifest"},
		Remediation: "R", Ratchet: true, Parameters: map[string]policy.Parameter{"most": {Description: "P", Default: float64(3)}},
	}
	first, second := rule, rule
	first.ID, second.ID = "a/shipped", "z/own"
	first.Shipped = true
	if diff := cmp.Diff([]policy.Rule{first, second}, set.Rules()); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if got, ok := set.Rule("z/own"); !ok || !cmp.Equal(second, got) {
		t.Errorf("Rule(z/own) = %+v, %t", got, ok)
	}
	if got, ok := set.Rule("z/other"); ok {
		t.Errorf("Rule(z/other) = %+v, want none", got)
	}
}

func TestLoadErrors(t *testing.T) {
	embedded := shipped(t, map[string]string{
		"a/shipped/shipped.rego": metadata + "package a.shipped\n" + body,
		"lib/names/names.rego":   "package lib.names\n\nfirst(x) := x[0]\n",
	})
	meta := metadata
	for name, tc := range map[string]struct {
		text string
		want string
	}{
		"does not parse":    {"package a.b\n\ndeny contains {\n", "DIR/x.rego:4: rego_parse_error: unexpected eof token"},
		"empty":             {"", "DIR/x.rego:0: rego_parse_error: empty module"},
		"no METADATA":       {"package a.b\n" + body, "DIR/x.rego:1: package a.b has no METADATA (a comment block above `package`)"},
		"no deny":           {meta + "package a.b\n\nallow := true\n", "DIR/x.rego:14: package a.b defines no `deny contains …`: nothing would ever be reported"},
		"deny is no set":    {meta + "package a.b\n\ndeny := [1]\n", "DIR/x.rego:14: package a.b defines no `deny contains …`: nothing would ever be reported"},
		"deep package":      {meta + "package a.b.c\n" + body, "DIR/x.rego:14: package a.b.c: a rule's package is <domain>.<rule>; helpers live under lib"},
		"shallow package":   {meta + "package a\n" + body, "DIR/x.rego:14: package a: a rule's package is <domain>.<rule>; helpers live under lib"},
		"shadows a rule":    {meta + "package a.shipped\n" + body, "DIR/x.rego:14: package a.shipped is already defined by the shipped rules: choose another name"},
		"shadows a library": {"package lib.names\n\nfirst(x) := x[1]\n", "DIR/x.rego:1: package lib.names is already defined by the shipped rules: choose another name"},
		"reserved data":     {meta + "package parameters.b\n" + body, "DIR/x.rego:14: package parameters.b: data.parameters is taken by the gate's own data"},
		"missing library":   {meta + "package a.b\n\nimport data.lib.nmaes\n\ndeny contains nmaes.x\n", "DIR/x.rego:16: imports data.lib.nmaes, which does not exist"},
		"misspelt field":    {meta + "package a.b\n\ndeny contains {\"message\": \"m\"} if input.encryptd\n", "undefined ref: input.encryptd"},
		"unknown function":  {meta + "package a.b\n\ndeny contains {\"message\": upcase(\"m\")}\n", "DIR/x.rego:16: rego_type_error: undefined function upcase"},
		"unused import":     {meta + "package a.b\n\nimport data.lib.names\n" + body, "rego_compile_error: import data.lib.names unused"},
		"reaches out":       {meta + "package a.b\n\ndeny contains {\"message\": \"m\"} if http.send({\"method\": \"get\", \"url\": \"x\"})\n", "unsafe built-in function calls in expression: http.send"},
		"unknown key in METADATA": {
			strings.Replace(meta, "severity:", "severty:", 1) + "package a.b\n" + body,
			`DIR/x.rego:7: METADATA: custom has no key "severty": did you mean "severity"?`,
		},
		"everything missing is said at once": {
			"# METADATA\n# custom:\n#   severity: fatal\n#   kinds: [strem]\npackage a.b\n" + body,
			`DIR/x.rego:3: METADATA: title is missing; description is missing; custom.severity is "fatal", want one of error, warning, info; ` +
				`custom.scope is missing; custom.when is missing; custom.remediation is missing; custom.kinds is "strem", want one of `,
		},
		"no kinds": {
			strings.Replace(meta, "#   kinds: [manifest]\n", "", 1) + "package a.b\n" + body,
			"DIR/x.rego:1: METADATA: custom.kinds is missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{"x.rego": tc.text})
			_, err := policy.Load(embedded, []string{dir})
			checkLoadError(t, err, dir, tc.want)
		})
	}
}

func TestLoadPathErrors(t *testing.T) {
	empty := write(t, map[string]string{"notes.txt": "no policy"})
	twice := write(t, map[string]string{
		"x.rego": metadata + "package a.b\n" + body,
		"y.rego": metadata + "package a.b\n" + body,
	})
	for name, tc := range map[string]struct {
		dir, path, want string
	}{
		"missing":                  {empty, filepath.Join(empty, "none"), "stat DIR/none: no such file or directory"},
		"no policy in it":          {empty, empty, "DIR: holds no Rego rule"},
		"one package in two files": {twice, twice, "DIR/y.rego:14: package a.b is already defined by DIR/x.rego: choose another name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.Load(nil, []string{tc.path})
			checkLoadError(t, err, tc.dir, tc.want)
		})
	}
	if _, err := policy.Load(fstest.MapFS{}, nil); err == nil || !strings.Contains(err.Error(), "read rule index") {
		t.Errorf("rules without an index: %v", err)
	}
	if _, err := policy.Load(nil, nil); err == nil {
		t.Error("no rules at all: no error")
	}
}

// checkLoadError asks for a *LoadError whose text, with the directory written
// as DIR, has want as its beginning or, for compile errors, within.
func checkLoadError(t *testing.T, err error, dir, want string) {
	t.Helper()
	var load *policy.LoadError
	if !errors.As(err, &load) {
		t.Fatalf("error is %T (%v), want a *policy.LoadError", err, err)
	}
	got := strings.ReplaceAll(err.Error(), dir, "DIR")
	if !strings.Contains(got, want) {
		t.Errorf("error is\n%s\nwant it to hold\n%s", got, want)
	}
}

func TestLoadOneFile(t *testing.T) {
	dir := write(t, map[string]string{
		"x.rego": metadata + "package a.b\n" + body,
		"y.rego": "package broken\n{",
	})
	set, err := policy.Load(nil, []string{filepath.Join(dir, "x.rego")})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules()) != 1 || set.Rules()[0].ID != "a/b" {
		t.Errorf("rules are %+v, want a/b alone", set.Rules())
	}
}
