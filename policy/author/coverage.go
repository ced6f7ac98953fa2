package author

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"

	"github.com/lotus-lake/lotus-gate/policy"
)

// coverage runs the Rego tests once more, for a trace and coverage exclude each
// other. It tells of the rules and helpers, not of their tests.
func coverage(ctx context.Context, set *policy.Set, run policy.TestRun) (*cover.Report, error) {
	run.Trace, run.Coverage = false, cover.New()
	if _, err := set.RunTests(ctx, run); err != nil {
		return nil, err
	}
	files, err := set.Authored()
	if err != nil {
		return nil, err
	}
	modules := map[string]*ast.Module{}
	for _, file := range files {
		if !file.Test {
			modules[file.Path] = file.Module
		}
	}
	report := run.Coverage.Report(modules)
	report.CoveredLines, report.NotCoveredLines, report.Coverage = 0, 0, 100
	for name, file := range report.Files {
		if modules[name] == nil {
			delete(report.Files, name) // tests, and shipped helpers
			continue
		}
		report.CoveredLines += file.CoveredLines
		report.NotCoveredLines += file.NotCoveredLines
	}
	if all := report.CoveredLines + report.NotCoveredLines; all > 0 {
		report.Coverage = 100 * float64(report.CoveredLines) / float64(all)
	}
	return &report, nil
}
