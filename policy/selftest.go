package policy

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
)

// TestResult is what one test_ rule of an author came to.
type TestResult struct {
	Name    string // "data.a.b_test.test_name"
	Path    string
	Line    int
	Passed  bool
	Skipped bool   // a todo_test_ rule
	Problem string // why it did not pass, "" when it is just not true
}

// Test runs the author's tests, all of them within the limits, and tells only what
// is needed to decide whether the set may serve.
func (s *Set) Test(ctx context.Context, limits Limits) ([]TestResult, error) {
	ran, err := s.RunTests(ctx, TestRun{Limits: limits})
	if err != nil {
		return nil, err
	}
	var results []TestResult
	for _, r := range ran {
		result := TestResult{
			Name: r.Package + "." + r.Name, Path: r.Location.File, Line: r.Location.Row, Passed: r.Pass(), Skipped: r.Skip,
		}
		if r.Error != nil {
			result.Problem = r.Error.Error()
		}
		results = append(results, result)
	}
	return results, nil
}

// TestRun says which tests are run, and how. The zero value runs all of them.
type TestRun struct {
	Limits   Limits       // for all tests together; a zero field means its default
	Match    string       // regular expression of names as in TestResult; "" for all
	Parallel int          // at once; 0 for one a processor
	Trace    bool         // results hold the trace of their evaluation
	Coverage *cover.Cover // is told what is evaluated; excludes Trace
	Bench    bool         // each is run many times, one after the other, and measured
}

// RunTests runs the author's tests, those in files named *_test.rego, as `opa test`
// does. An error means that they could not be run to their end; a test that does not
// pass is a result. Shipped rules have been tested before they were shipped.
func (s *Set) RunTests(ctx context.Context, run TestRun) ([]*tester.Result, error) {
	roots := slices.Clone(s.added)
	for _, files := range s.authors {
		tests, _, err := files.readTests()
		if err != nil {
			return nil, err
		}
		roots = append(roots, tests...)
	}
	if len(roots) == len(s.added) {
		return nil, nil
	}
	modules, err := s.modules(roots, false)
	if err != nil {
		return nil, err
	}
	limits := run.Limits
	limits.Time, limits.Memory = cmp.Or(limits.Time, DefaultLimits.Time), cmp.Or(limits.Memory, DefaultLimits.Memory)
	// Its own timeout is for each test, and would only race with that of bound.
	runner := tester.NewRunner().SetCompiler(s.newCompiler().WithEnablePrintStatements(!run.Bench)).SetModules(modules).Filter(run.Match).
		SetParallel(cmp.Or(run.Parallel, runtime.GOMAXPROCS(0))).SetTimeout(limits.Time + time.Hour).RaiseBuiltinErrors(true).StackTraces(true).
		EnableTracing(run.Trace)
	if run.Coverage != nil {
		runner.SetCoverageQueryTracer(run.Coverage)
	}
	w := make(workers, 1)
	defer w.stop()
	results, err := bound(ctx, w, limits, func(ctx context.Context) ([]*tester.Result, error) {
		start := runner.RunTests
		if run.Bench {
			start = func(ctx context.Context, txn storage.Transaction) (chan *tester.Result, error) {
				return runner.RunBenchmarks(ctx, txn, tester.BenchmarkOptions{ReportAllocations: true})
			}
		}
		ran, err := start(ctx, nil)
		if err != nil {
			return nil, &LoadError{Err: fmt.Errorf("tests do not compile: %w", err)}
		}
		var results []*tester.Result
		for r := range ran {
			results = append(results, r)
		}
		return results, ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("run tests: %w", err)
	}
	slices.SortFunc(results, func(a, b *tester.Result) int {
		return cmp.Or(strings.Compare(a.Location.File, b.Location.File), cmp.Compare(a.Location.Row, b.Location.Row), strings.Compare(a.Name, b.Name))
	})
	return results, nil
}
