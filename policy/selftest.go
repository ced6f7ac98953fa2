package policy

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

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

// Test runs the author's tests, those in files named *_test.rego, as `opa test`
// does, all of them within the limits (a zero field means its default). An error
// means that they could not be run to their end; a test that does not pass is a
// result. Shipped rules have been tested before they were shipped.
func (s *Set) Test(ctx context.Context, limits Limits) ([]TestResult, error) {
	roots := slices.Clone(s.added)
	for _, files := range s.authors {
		tests, err := files.readTests()
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
	limits.Time, limits.Memory = cmp.Or(limits.Time, DefaultLimits.Time), cmp.Or(limits.Memory, DefaultLimits.Memory)
	w := make(workers, 1)
	defer w.stop()
	results, err := bound(ctx, w, limits, func(ctx context.Context) ([]TestResult, error) {
		runner := tester.NewRunner().SetCompiler(newCompiler()).SetModules(modules).
			SetParallel(runtime.GOMAXPROCS(0)).SetTimeout(limits.Time).RaiseBuiltinErrors(true)
		ran, err := runner.RunTests(ctx, nil)
		if err != nil {
			return nil, &LoadError{Err: fmt.Errorf("tests do not compile: %w", err)}
		}
		var results []TestResult
		for r := range ran {
			result := TestResult{
				Name: r.Package + "." + r.Name, Path: r.Location.File, Line: r.Location.Row, Passed: r.Pass(), Skipped: r.Skip,
			}
			if r.Error != nil {
				result.Problem = r.Error.Error()
			}
			results = append(results, result)
		}
		return results, ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("run tests: %w", err)
	}
	slices.SortFunc(results, func(a, b TestResult) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), strings.Compare(a.Name, b.Name))
	})
	return results, nil
}
