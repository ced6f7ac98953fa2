package author

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/tester"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/page"
)

// exampleResults judges the examples of an author's rules.
func exampleResults(ctx context.Context, set *policy.Set, t Tests, match *regexp.Regexp) ([]*tester.Result, error) {
	judge := check.NewExamples(set, t.Data)
	var results []*tester.Result
	for _, rule := range set.AuthoredRules() {
		some, err := Examples(ctx, set, judge, rule.ID, match)
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}

// Examples judges the examples of one rule whose names match, and compares what the
// rule says with what they expect. What is wrong with the file is a result as well.
func Examples(ctx context.Context, set *policy.Set, judge *check.Examples, id string, match *regexp.Regexp) ([]*tester.Result, error) {
	text, err := set.Examples(id)
	if err != nil {
		return nil, &policy.LoadError{Err: err}
	}
	if text == nil {
		return nil, nil
	}
	file := filepath.Join(filepath.Dir(set.Place(id)), ExamplesFile)
	pkg := packageOf(id) + ".examples"
	examples, err := page.Parse(text)
	problems := linesOf(file, err)
	if err == nil {
		for _, err := range examples.Check() {
			problems = append(problems, linesOf(file, err)...)
		}
	}
	var results []*tester.Result
	for _, p := range problems {
		results = append(results, &tester.Result{Location: location(p.Path, p.Line), Package: pkg, Name: "well_formed", Fail: true, Output: []byte(p.Text)})
	}
	for i, x := range slices.Concat(examples.Good, examples.Bad) {
		sort := "good"
		if i >= len(examples.Good) {
			sort = "bad"
		}
		name := fmt.Sprintf("%s[%q]", sort, x.Name)
		if !match.MatchString(pkg + "." + name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		begun := time.Now()
		wrong := judgeExample(ctx, judge, id, x)
		results = append(results, &tester.Result{
			Location: location(file, x.Line), Package: pkg, Name: name, Duration: time.Since(begun), Fail: wrong != "", Output: []byte(wrong),
		})
	}
	return results, nil
}

// judgeExample is "" when the rule says of the example what the example expects, else
// what differs.
func judgeExample(ctx context.Context, judge *check.Examples, id string, x page.Example) string {
	result, err := judge.Judge(ctx, x)
	if err != nil {
		return "it cannot be judged: " + err.Error()
	}
	var wrong strings.Builder
	for _, err := range result.Undecided {
		fmt.Fprintln(&wrong, "undecided:", err)
	}
	var got []page.Finding
	for _, f := range result.Findings {
		if f.Rule == id && f.Blocks() {
			got = append(got, page.Finding{Path: f.Path, Line: f.Line, Field: f.Field, Message: f.Message})
		}
	}
	want := slices.Clone(x.Findings)
	for i := range want {
		if x.Audit == nil { // what an audit speaks of need not have lines
			want[i].Line = max(want[i].Line, 1)
		}
		if want[i].Field == "" && i < len(got) {
			want[i].Field = got[i].Field
		}
	}
	if !slices.Equal(want, got) {
		wrong.Write(changes("findings as the example has them", asYAML(shown(want)), "findings of the rule", asYAML(shown(got))))
	}
	return strings.TrimRight(wrong.String(), "\n")
}

// shown is how findings are written in an examples.yaml.
func shown(findings []page.Finding) any {
	type finding struct {
		Path    string `yaml:"path,omitempty"`
		Line    int    `yaml:"line,omitempty"`
		Field   string `yaml:"field,omitempty"`
		Message string `yaml:"message"`
	}
	list := []finding{}
	for _, f := range findings {
		if f.Path == "" {
			f.Line = 0
		}
		list = append(list, finding(f))
	}
	return map[string]any{"findings": list}
}

func asYAML(value any) []byte {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(value); err != nil {
		return []byte(err.Error() + "\n")
	}
	return b.Bytes()
}
