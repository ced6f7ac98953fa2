package author_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/test/tree"
	"github.com/lotus-lake/lotus-gate/validate/check"
)

// write makes a directory of an author's files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	tree.Write(t, dir, files)
	return dir
}

// TestShippedExamples runs every example of every shipped rule through files, facts
// and rule, as a working tree or, with a base, as a change; or as a request.
func TestShippedExamples(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	judge, all := check.NewExamples(set, nil), regexp.MustCompile("")
	for _, rule := range set.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			results, err := author.Examples(t.Context(), set, judge, rule.ID, all)
			if err != nil {
				t.Fatal(err)
			}
			if len(results) < 2 {
				t.Errorf("%d examples: a rule needs good and bad ones", len(results))
			}
			for _, r := range results {
				if !r.Pass() {
					t.Errorf("%s: %s.%s\n%s", r.Location, r.Package, r.Name, r.Output)
				}
			}
		})
	}
}

// TestScaffolds: whatever kind is asked for, what is made passes, is covered whole,
// and nothing is found in it.
func TestScaffolds(t *testing.T) {
	for _, kind := range policy.Kinds() {
		for _, id := range []string{"house/one", "a/b", "a_rather_long_domain/with_a_rule_whose_name_is_long_too"} {
			t.Run(kind+" "+id, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				written, err := author.New(rules.FS, dir, id, kind)
				if err != nil {
					t.Fatal(err)
				}
				rule := filepath.Base(id)
				want := []string{"examples.yaml", rule + ".rego", rule + "_test.rego"}
				for i := range want {
					want[i] = filepath.Join(dir, id, want[i])
				}
				slices.Sort(want)
				if diff := cmp.Diff(want, written); diff != "" {
					t.Errorf("files (-want +got):\n%s", diff)
				}
				report, err := author.Run(t.Context(), author.Tests{Embedded: rules.FS, Paths: []string{dir}, Coverage: true, Strict: true})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range report.All() {
					if !r.Pass() {
						t.Errorf("%s: %s.%s %v\n%s", r.Location, r.Package, r.Name, r.Error, r.Output)
					}
				}
				if report.Coverage == nil || report.Coverage.Coverage != 100 {
					t.Errorf("coverage is %+v", report.Coverage)
				}
				problems, err := author.Check(t.Context(), author.Checks{Embedded: rules.FS, Paths: []string{dir}})
				if err != nil || len(problems) > 0 {
					t.Errorf("check finds %v, %v", problems, err)
				}
				changed, err := author.Format([]string{dir})
				if err != nil {
					t.Fatal(err)
				}
				for _, file := range changed {
					t.Errorf("not as it is formatted:\n%s", file.Diff)
				}
			})
		}
	}
}

func TestNewRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := author.New(rules.FS, dir, "house/one", "stream"); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "house", "one", "one.rego")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "house", "one", "examples.yaml")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ id, kind, want string }{
		{"house/one", "manifest", "one.rego is there already: choose another name, or remove it first"},
		{"state/committed", "manifest", "state/committed is a shipped rule: choose another name"},
		{"house", "manifest", `"house": want domain/rule, in small letters, digits and _`},
		{"house/One", "manifest", `"house/One": want domain/rule`},
		{"house/no-owner", "manifest", `"house/no-owner": want domain/rule`},
		{"../up", "manifest", `"../up": want domain/rule`},
		{"a/b/c", "manifest", `"a/b/c": want domain/rule`},
		{"lib/x", "manifest", "lib/x: lib is not for rules: choose another domain"},
		{"parameters/x", "manifest", "parameters/x: parameters is not for rules: choose another domain"},
		{"house/default", "manifest", "house/default: default is a word of Rego: choose another"},
		{"input/x", "manifest", "input/x: input is a word of Rego: choose another"},
		{"house/two", "manifesto", `there are no documents of kind "manifesto": want one of approval, backfill, code, delivery, manifest,`},
	} {
		_, err := author.New(rules.FS, dir, tc.id, tc.kind)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("New(%s, %s): %v, want %s", tc.id, tc.kind, err, tc.want)
		}
	}
	if text, err := os.ReadFile(mine); string(text) != "mine" || err != nil {
		t.Errorf("the author's file is now %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "house", "one", "examples.yaml")); err == nil {
		t.Error("something was written beside a file that was there")
	}
}
