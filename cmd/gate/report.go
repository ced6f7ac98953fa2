package main

import (
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// report runs a check, writes what it found and returns the verdict.
func (f *judgeFlags) report(cmd *cobra.Command, checker *check.Checker, read reader, judge judgement) error {
	begun := time.Now()
	result, err := withProgress(cmd, checker, func() (check.Result, error) { return judge(cmd.Context()) })
	if err != nil {
		return err
	}
	r := newReport(checker, result, read)
	r.Summary.Duration, r.Judged = time.Since(begun), f.judged
	return f.write(cmd, r)
}

// write writes a report and returns the verdict.
func (f *judgeFlags) write(cmd *cobra.Command, r report.Report) error {
	out, done, err := f.writeTo(cmd.OutOrStdout())
	if err != nil {
		return err
	}
	if err := report.Write(out, f.format, r, f.options(out)); err != nil {
		return err
	}
	if err := done(); err != nil {
		return err
	}
	if code := r.ExitCode(); code != report.ExitClean {
		return exit(code)
	}
	return nil
}

// withProgress shows a bar on a terminal while the check runs.
func withProgress(cmd *cobra.Command, checker *check.Checker, judge func() (check.Result, error)) (check.Result, error) {
	if stderr, ok := cmd.ErrOrStderr().(*os.File); ok {
		bar := report.StartProgress(stderr, "judging", 0)
		defer bar.Stop()
		checker.Progress = bar.Set
	}
	return judge()
}

func newReport(checker *check.Checker, result check.Result, read reader) report.Report {
	failOn, _ := report.ParseFailOn(checker.Config.FailOn) // checked when the checker was built
	r := report.Report{
		Findings: result.Findings,
		Summary:  report.Summary{Commits: result.Commits, Documents: result.Documents},
		FailOn:   failOn,
		Version:  version.String(),
		Timeline: result.Timeline,
		Rules:    checker.Set.Rule,
		Source:   read.lines,
		Framed: func(id string) bool {
			rule, ok := checker.Set.Rule(id)
			return ok && !rule.Sensitive
		},
	}
	for _, err := range result.Undecided {
		r.Undecided = append(r.Undecided, err.Error())
	}
	for _, n := range result.NotInspected {
		if n.Undecided {
			r.Undecided = append(r.Undecided, n.Path+": not inspected: "+n.Reason)
		}
		r.NotInspected = append(r.NotInspected, report.NotInspected{Path: n.Path, Commit: n.Commit, Reason: n.Reason})
	}
	slices.Sort(r.Undecided)
	r.Undecided = slices.Compact(r.Undecided) // a file can be missed by several documents
	return r
}
