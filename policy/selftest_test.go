package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// configMap makes Files of texts, as they come from a cluster.
func configMap(files map[string]string) policy.Files {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return policy.Files{Name: "ConfigMap gate/rules", FS: fsys}
}

func TestLoadFiles(t *testing.T) {
	set, err := policy.LoadFiles(nil, []policy.Files{configMap(map[string]string{
		"x.rego":        metadata + "package a.b\n" + body,
		"x_test.rego":   "this is not read",
		"examples.yaml": "good: []\n",
		"..data/x.rego": "a version that Kubernetes keeps",
	})})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules()) != 1 || set.Rules()[0].ID != "a/b" {
		t.Errorf("rules are %+v, want a/b alone", set.Rules())
	}
	if text, err := set.Examples("a/b"); string(text) != "good: []\n" || err != nil {
		t.Errorf("Examples = %q, %v", text, err)
	}
	_, err = policy.LoadFiles(nil, []policy.Files{configMap(map[string]string{"x.rego": "package a.b\n{"})})
	checkLoadError(t, err, "-", "ConfigMap gate/rules/x.rego:2: rego_parse_error")
	_, err = policy.LoadFiles(nil, []policy.Files{configMap(nil)})
	checkLoadError(t, err, "-", "ConfigMap gate/rules: holds no Rego rule")
}

func TestSelfTest(t *testing.T) {
	rule := metadata + "package a.b\n\nimport data.lib.mine\n\ndeny contains {\"message\": \"m\"} if mine.yes(input.encrypted)\n"
	helper := "package lib.mine\n\nyes(x) if x == true\n"
	for name, tc := range map[string]struct {
		tests  string
		limits policy.Limits
		want   []policy.TestResult
		err    string
	}{
		"results": {
			tests: `package a.b_test

import data.a.b
import data.lib.shipped

test_b if count(b.deny) == 1 with input as {"encrypted": true}

test_shipped if shipped.one == 1

test_wrong if count(b.deny) == 1 with input as {"encrypted": false}

test_error if 1 / 0 == 1

todo_test_later if false
`,
			want: []policy.TestResult{
				{Name: "data.a.b_test.test_b", Path: "ConfigMap gate/rules/b_test.rego", Line: 6, Passed: true},
				{Name: "data.a.b_test.test_shipped", Path: "ConfigMap gate/rules/b_test.rego", Line: 8, Passed: true},
				{Name: "data.a.b_test.test_wrong", Path: "ConfigMap gate/rules/b_test.rego", Line: 10},
				{
					Name: "data.a.b_test.test_error", Path: "ConfigMap gate/rules/b_test.rego", Line: 12,
					Problem: "ConfigMap gate/rules/b_test.rego:12: eval_builtin_error: div: divide by zero",
				},
				{Name: "data.a.b_test.todo_test_later", Path: "ConfigMap gate/rules/b_test.rego", Line: 14, Skipped: true},
			},
		},
		"in the rule's own package": {
			tests: "package a.b\n\ntest_b if count(deny) == 1 with input as {\"encrypted\": true}\n",
			want:  []policy.TestResult{{Name: "data.a.b.test_b", Path: "ConfigMap gate/rules/b_test.rego", Line: 3, Passed: true}},
		},
		"none":             {tests: "package a.b_test\n"},
		"does not parse":   {tests: "package a.b_test\n{", err: "ConfigMap gate/rules/b_test.rego:2: rego_parse_error"},
		"does not compile": {tests: "package a.b_test\n\ntest_b if x\n", err: "tests do not compile: 1 error occurred: ConfigMap gate/rules/b_test.rego:3"},
		"reaches out":      {tests: "package a.b_test\n\ntest_b if http.send({})\n", err: "unsafe built-in function calls in expression: http.send"},
		"never ends": {
			tests:  "package a.b_test\n\ntest_b if { some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a * b < 0 }\n",
			limits: policy.Limits{Time: 300 * time.Millisecond},
			err:    "time limit exceeded: no verdict after 300ms",
		},
	} {
		t.Run(name, func(t *testing.T) {
			embedded := shipped(t, map[string]string{"lib/shipped/shipped.rego": "package lib.shipped\n\none := 1\n"})
			set, err := policy.LoadFiles(embedded, []policy.Files{
				configMap(map[string]string{"b.rego": rule, "mine.rego": helper, "b_test.rego": tc.tests}),
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := set.Test(t.Context(), tc.limits)
			switch {
			case tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)):
				t.Errorf("error is %v, want it to hold %s", err, tc.err)
			case tc.err == "" && err != nil:
				t.Error(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRevision(t *testing.T) {
	rule, helper := metadata+"package a.b\n"+body, "package lib.mine\n\nyes := 1\n"
	revision := func(files map[string]string, library string) string {
		t.Helper()
		embedded := shipped(t, map[string]string{"lib/shipped/shipped.rego": library})
		set, err := policy.LoadFiles(embedded, []policy.Files{configMap(files)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := set.Revision()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	base := revision(map[string]string{"a.rego": rule, "b.rego": helper}, "package lib.shipped\n")
	if again := revision(map[string]string{"a.rego": rule, "b.rego": helper, "a_test.rego": "package x"}, "package lib.shipped\n"); again != base || len(base) != 12 {
		t.Errorf("revision of equal rules is %s, then %s", base, again)
	}
	for name, other := range map[string]string{
		"rule":           revision(map[string]string{"a.rego": rule + "\n", "b.rego": helper}, "package lib.shipped\n"),
		"helper":         revision(map[string]string{"a.rego": rule, "b.rego": helper + "\n"}, "package lib.shipped\n"),
		"shipped helper": revision(map[string]string{"a.rego": rule, "b.rego": helper}, "package lib.shipped\n\n"),
	} {
		if other == base {
			t.Errorf("%s changed, the revision did not", name)
		}
	}
}
