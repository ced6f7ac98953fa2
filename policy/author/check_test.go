package author_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// metadata of a rule on manifests; the package is on line 13.
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
#   parameters: {most: {description: P, default: 3}}
package house.one

`

const fine = `deny contains {"message": "m"} if input.encrypted
`

// TestCheck: what an author gets wrong, where, and that a remedy is named.
func TestCheck(t *testing.T) {
	edited := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(metadata) }
	for name, tc := range map[string]struct {
		files map[string]string // one.rego, when it is not there, is a rule without a mistake
		data  map[string]any
		want  []string // as text; with one.rego for a path
	}{
		"nothing": {},
		"a misspelt field": {
			files: map[string]string{"one.rego": metadata + "deny contains {\"message\": \"m\"} if input.encryptd\n"},
			want:  []string{"one.rego:15: rego_type_error: undefined ref: input.encryptd"},
		},
		"several files": {
			files: map[string]string{
				"one.rego": metadata + "deny contains {\"message\": \"m\"} if {\n",
				"two.rego": "package house.two\n\n" + fine,
				"lib.rego": "package lib.globs\n\nx := 1\n",
			},
			want: []string{
				"lib.rego:1: package lib.globs is already defined by the shipped rules: choose another name",
				"one.rego:16: rego_parse_error: unexpected eof token",
				"two.rego:1: package house.two has no METADATA (a comment block above `package`)",
			},
		},
		"METADATA": {
			files: map[string]string{"one.rego": edited("#   severity: error\n", "", "# title: T\n", "", "tip", "later") + fine},
			want:  []string{"one.rego:7: METADATA: title is missing; custom.severity is missing; custom.when is \"later\", want one of history, tip"},
		},
		"a shipped rule again": {
			files: map[string]string{"one.rego": edited("house.one", "state.committed") + fine},
			want:  []string{"one.rego:13: package state.committed is already defined by the shipped rules: choose another name"},
		},
		"a test in a shipped package": {
			files: map[string]string{"one_test.rego": "package state.committed\n\ntest_x if true\n"},
			want:  []string{"one_test.rego:1: package state.committed is a shipped rule's: tests of yours would be in its way"},
		},
		"the network": {
			files: map[string]string{"one.rego": metadata + "deny contains {\"message\": http.send({\"method\": \"get\", \"url\": \"http://127.0.0.1\"}).body}\n"},
			want:  []string{"one.rego:15: rego_type_error: unsafe built-in function calls in expression: http.send"},
		},
		"an import that is not there": {
			files: map[string]string{"one.rego": metadata + "import data.lib.nmaes\n\ndeny contains {\"message\": nmaes.x}\n"},
			want:  []string{"one.rego:15: imports data.lib.nmaes, which does not exist"},
		},
		"a test that does not compile": {
			files: map[string]string{"one_test.rego": "package house.one_test\n\ntest_x if y\n"},
			want:  []string{"one_test.rego:3: rego_unsafe_var_error: var y is unsafe"},
		},
		"an id in a rule": {
			files: map[string]string{"one.rego": metadata + "deny contains {\"message\": \"m\"} if data.parameters[\"house/on\"].most > 1\n"},
			want:  []string{`one.rego:15: unknown rule "house/on": did you mean "house/one"?`},
		},
		"a parameter in a rule": {
			files: map[string]string{"one.rego": metadata + "deny contains {\"message\": \"m\"} if data.parameters[\"house/one\"].least > 1\n"},
			want:  []string{`one.rego:15: rule house/one has no parameter "least"; it has: most`},
		},
		"an id and a parameter in a test": {
			files: map[string]string{"one_test.rego": `package house.one_test

import data.house.one

test_a if one.deny == set() with data.parameters as {"house/on": {"most": 1}}

test_b if one.deny == set() with data.parameters as {"house/one": {"mots": 1}}
`},
			want: []string{
				`one_test.rego:5: unknown rule "house/on": did you mean "house/one"?`,
				`one_test.rego:7: rule house/one has no parameter "mots"; it has: most`,
			},
		},
		"the layout": {
			files: map[string]string{"one.rego": metadata + "deny contains {\"message\": data.layout.stream}\n"},
			want:  []string{`one.rego:15: data.layout has no "stream"; it has: catalog, sources, streams`},
		},
		"data that nobody gives": {
			files: map[string]string{"one.rego": metadata + "deny contains {\"message\": \"m\"} if data.teams.lake\n"},
			want: []string{
				"one.rego:15: data.teams.lake is read, and there is no such package or data",
				"one.rego:15: this deny can never fire, whatever a document of kind manifest says",
			},
		},
		"data that is given": {
			files: map[string]string{"one.rego": metadata + "deny contains {\"message\": \"m\"} if data.teams.lake\n"},
			data:  map[string]any{"teams": map[string]any{}},
		},
		"a package that is not there": {
			files: map[string]string{"one_test.rego": "package house.one_test\n\nimport data.house.won\n\ntest_x if won.deny == set()\n"},
			want:  []string{`one_test.rego:3: data.house.won is read, and there is no such package or data: did you mean "house.one"?`},
		},
		"rules that nothing reads": {
			files: map[string]string{"one.rego": metadata + "warn contains \"m\" if input.encrypted\n\n" + fine + "\nhelper if input.encrypted\n\nhelper if input.path\n"},
			want: []string{
				"one.rego:15: the gate reads deny and never warn",
				"one.rego:19: rule helper is read by nothing that deny needs",
			},
		},
		"a package that nothing reads": {
			files: map[string]string{"lib/mine/mine.rego": "package lib.mine\n\nyes := true\n"},
			want:  []string{"lib/mine/mine.rego:1: package lib.mine is read by nothing"},
		},
		"a package that is read": {
			files: map[string]string{
				"one.rego":           metadata + "import data.lib.mine\n\ndeny contains {\"message\": \"m\"} if mine.yes(input.encrypted)\n",
				"lib/mine/mine.rego": "package lib.mine\n\nyes(x) if x\n",
			},
		},
		"a file of tests without one": {
			files: map[string]string{"one_test.rego": "package house.one_test\n\nx := 1\n"},
			want:  []string{"one_test.rego:1: it holds no test, and nothing reads it"},
		},
		"conditions that never hold": {
			files: map[string]string{"one.rego": metadata + fine + `
deny contains {"message": "false"} if false

deny contains {"message": "kind"} if input.kind == "stream"

deny contains {"message": "helper"} if never(input.path)

deny contains {"message": "maybe"} if input.object.kind in data.parameters["house/one"].most

never(x) if {
	x == "a"
	1 == 2
}
`},
			want: []string{
				"one.rego:17: this deny can never fire, whatever a document of kind manifest says",
				"one.rego:19: this deny can never fire, whatever a document of kind manifest says",
				"one.rego:21: this deny can never fire, whatever a document of kind manifest says",
			},
		},
		"history of what is made of many files": {
			files: map[string]string{"one.rego": edited("schema.manifest", "schema.module", "[manifest]", "[module]", "scope: document", "scope: change", "tip", "history") +
				"deny contains {\"message\": \"m\"} if input.syntax\n"},
			want: []string{"one.rego:1: it can never fire: history rules judge files, and module is made of many"},
		},
		"approval of a result": {
			files: map[string]string{"one.rego": edited("schema.manifest", "schema.approval", "[manifest]", "[approval]", "scope: document", "scope: change") +
				"deny contains {\"message\": input.path} if input.change == \"deleted\"\n"},
			want: []string{"one.rego:1: it can never fire: an approval is judged with each commit of a history"},
		},
		"scope": {
			files: map[string]string{"one.rego": edited("scope: document", "scope: change") + fine},
			want:  []string{"one.rego:1: custom.scope is change, but documents of kind manifest are of scope document"},
		},
		"no schema": {
			files: map[string]string{"one.rego": edited("# schemas:\n#   - input: schema.manifest\n", "") + fine},
			want:  []string{"one.rego:1: METADATA: no schema for input of kind manifest, so that a misspelt field would pass in silence"},
		},
		"admission that brings nothing": {
			files: map[string]string{"one.rego": edited("#   remediation: R\n", "#   remediation: R\n#   admission: {resources: [core/v1/secrets], operations: [DELETE]}\n") + fine},
			want:  []string{"one.rego:1: it can never fire in the cluster: only CREATE and UPDATE bring documents of kind manifest"},
		},
		"examples": {
			files: map[string]string{"examples.yaml": "good:\n  - name: a\n    fils: {}\nbad: []\n"},
			want:  []string{"examples.yaml:3: field fils not found"},
		},
		"examples that lack something": {
			files: map[string]string{"examples.yaml": "good:\n  - name: a\n    files: {a: b}\n  - name: a\n    files: {a: b}\n"},
			want:  []string{"examples.yaml:1: want at least one good and one bad example", `examples.yaml:4: example "a": two have this name`},
		},
		"mutations": {
			files: map[string]string{"mutations.yaml": "mutations:\n  - name: a\n    object: {apiVersion: v1, kind: Pod}\n    patch: []\n"},
			want:  []string{`mutations.yaml:2: mutation "a": the webhook amends no Pod of v1: want a Deployment, StatefulSet, DaemonSet, CronJob or Terraform`},
		},
		"a huge file": {
			files: map[string]string{"one.rego": strings.Repeat("#", policy.MaxFile+1)},
			want:  []string{"one.rego:1: 4194305 bytes, more than the 4194304 that a policy file may have"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(tc.files)
			if files == nil {
				files = map[string]string{}
			}
			if files["one.rego"] == "" {
				files["one.rego"] = metadata + fine
			}
			dir := write(t, files)
			problems, err := author.Check(t.Context(), author.Checks{Embedded: rules.FS, Paths: []string{dir}, Data: tc.data})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, strings.ReplaceAll(strings.ReplaceAll(p.String(), dir+string(filepath.Separator), ""), dir, "DIR"))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCheckShipped: the shipped rules, taken for an author's, are found to be good.
func TestCheckShipped(t *testing.T) {
	problems, err := author.Check(t.Context(), author.Checks{Paths: []string{filepath.Join("..", "rules")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s (%s)", p, p.Remedy)
	}
}

// TestCheckConfig: ids in a configuration, with their lines.
func TestCheckConfig(t *testing.T) {
	dir := write(t, map[string]string{"one.rego": metadata + fine})
	check := func(text string) []string {
		t.Helper()
		problems, err := author.Check(t.Context(), author.Checks{
			Embedded: rules.FS, Paths: []string{dir}, Config: ".lotus-gate.yaml", ConfigText: []byte("version: 1\n" + text),
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range problems {
			got = append(got, p.String())
		}
		return got
	}
	got := check(`rules:
  house/one:
    parameters:
      most: 4
      mots: 5
  house/won: {enabled: false}
waivers:
  - {rule: house/wan, path: x, reason: r, owner: o, expires: 2026-06-01}
`)
	want := []string{
		`.lotus-gate.yaml:6: rule house/one has no parameter "mots"; it has: most`,
		`.lotus-gate.yaml:7: unknown rule "house/won": did you mean "house/one"?`,
		`.lotus-gate.yaml:9: waiver: unknown rule "house/wan": did you mean "house/one"?`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := check("rules: {house/one: {severity: warning}}\n"); len(got) > 0 {
		t.Errorf("a good configuration: %v", got)
	}
	if got := check("rulez: {}\n"); len(got) != 1 || !strings.Contains(got[0], "line 2: field rulez not found") {
		t.Errorf("an unknown key: %v", got)
	}
}

// TestScopes: every kind of document has a scope, so that a new kind is thought of.
func TestScopes(t *testing.T) {
	if diff := cmp.Diff(policy.Kinds(), slices.Sorted(maps.Keys(author.Scopes()))); diff != "" {
		t.Errorf("kinds without a scope (-kinds +scopes):\n%s", diff)
	}
}
