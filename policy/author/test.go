package author

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/lineage"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Tests says what is tested, and how.
type Tests struct {
	Embedded fs.FS          // shipped rules; nil for none
	Paths    []string       // an author's directories and files
	Data     map[string]any // for the rules, as --data gives it
	Match    string         // regular expression of names; "" for all
	Parallel int            // Rego tests at once; 0 for one a processor
	Timeout  time.Duration  // of all Rego tests together
	Explain  string         // which events of a trace are kept: fails, notes, full, debug; "" for the line that failed
	Bench    bool           // measure the Rego tests
	Coverage bool           // measure what the Rego tests reach, once all pass
	Strict   bool           // a rule without Rego tests or examples fails
}

// Explains are the values of Tests.Explain.
var Explains = []string{"fails", "notes", "full", "debug"}

// Report is what testing came to, each list in the order of its files.
type Report struct {
	Rego, Examples, Mutations []*tester.Result

	Coverage *cover.Report // nil when it was not asked for, or not everything passed
	Duration time.Duration
}

// All results.
func (r Report) All() []*tester.Result { return slices.Concat(r.Rego, r.Examples, r.Mutations) }

// Passed reports whether nothing failed. What is skipped has not failed.
func (r Report) Passed() bool {
	return !slices.ContainsFunc(r.All(), func(t *tester.Result) bool { return !t.Pass() && !t.Skip })
}

// Run tests. An error means that there is no result: the rules cannot be used, or
// nothing matches.
func Run(ctx context.Context, t Tests) (Report, error) {
	begun := time.Now()
	match, err := regexp.Compile(t.Match)
	if err != nil {
		return Report{}, &policy.LoadError{Err: fmt.Errorf("names of tests: %w", err)}
	}
	set, err := policy.Load(t.Embedded, t.Paths)
	if err != nil {
		return Report{}, err
	}
	run := policy.TestRun{
		Limits: policy.Limits{Time: t.Timeout}, Match: t.Match, Parallel: t.Parallel, Bench: t.Bench, Trace: !t.Bench,
	}
	var report Report
	if report.Rego, err = set.RunTests(ctx, run); err != nil {
		return Report{}, err
	}
	for _, r := range report.Rego {
		r.Trace = explained(r.Trace, t.Explain)
	}
	if !t.Bench {
		if report.Examples, err = exampleResults(ctx, set, t, match); err != nil {
			return Report{}, err
		}
		if report.Mutations, err = mutationResults(ctx, t.Paths, match); err != nil {
			return Report{}, err
		}
	}
	if len(report.All()) == 0 {
		return Report{}, &policy.LoadError{Err: errors.New("nothing was tested: no Rego test, example or mutation example " + matching(t.Match))}
	}
	if t.Match == "" && !t.Bench {
		report.Rego = append(report.Rego, untested(set, report.Rego, "tests", t.Strict)...)
		report.Examples = append(report.Examples, untested(set, report.Examples, "examples", t.Strict)...)
	}
	if t.Coverage && !t.Bench && report.Passed() {
		if report.Coverage, err = coverage(ctx, set, run); err != nil {
			return Report{}, err
		}
	}
	report.Duration = time.Since(begun)
	return report, nil
}

func matching(pattern string) string {
	if pattern == "" {
		return "is there"
	}
	return fmt.Sprintf("matches %q", pattern)
}

// explained keeps the events of a trace that were asked for. The line that failed is
// found in what is left of the failures.
func explained(trace []*topdown.Event, mode string) []*topdown.Event {
	switch mode {
	case "notes":
		return lineage.Notes(trace)
	case "full":
		return lineage.Full(trace)
	case "debug":
		return lineage.Debug(trace)
	}
	return lineage.Fails(trace)
}

// untested is a result for each rule that no result is about: skipped or, when strict,
// failed.
func untested(set *policy.Set, results []*tester.Result, what string, strict bool) []*tester.Result {
	about := map[string]bool{}
	for _, r := range results {
		about[strings.TrimSuffix(strings.TrimSuffix(r.Package, "_test"), ".examples")] = true
	}
	var all []*tester.Result
	for _, rule := range set.AuthoredRules() {
		if pkg := packageOf(rule.ID); !about[pkg] {
			all = append(all, &tester.Result{
				Location: location(set.Place(rule.ID), 1), Package: pkg, Name: "has no " + what, Skip: !strict, Fail: strict,
			})
		}
	}
	return all
}

// packageOf a rule, as results name it.
func packageOf(id string) string { return "data." + strings.ReplaceAll(id, "/", ".") }

func location(path string, line int) *ast.Location { return ast.NewLocation(nil, path, line, 1) }
