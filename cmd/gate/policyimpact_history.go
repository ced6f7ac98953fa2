package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/impact"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// overHistory replays the rules over commits.
func (f *impactFlags) overHistory(cmd *cobra.Command, args []string) (impact.Report, error) {
	git, err := openRepo(".")
	if err != nil {
		return impact.Report{}, err
	}
	defer git.Close()
	target, err := f.target(git, args)
	if err != nil {
		return impact.Report{}, err
	}
	checker, chosen, err := f.checkerOf(cmd.Context(), git)
	if err != nil {
		return impact.Report{}, err
	}
	failOn, err := report.ParseFailOn(checker.Config.FailOn)
	if err != nil {
		return impact.Report{}, usageError{err}
	}
	replay := impact.Replay{FailOn: failOn, Set: checker.Set, Now: checker.Now}
	var notes []string
	var known []repo.Hash
	if !target.base.IsZero() {
		known = append(known, target.base)
	}
	for _, tip := range target.tips {
		line, shallow, err := check.Line(cmd.Context(), git, tip, known...)
		if err != nil {
			return impact.Report{}, err
		}
		if shallow {
			notes = append(notes, "the clone is shallow: what came before it, and with its first commit, is not replayed")
		}
		_, err = withProgress(cmd, checker, func() (check.Result, error) {
			return check.Result{}, checker.Replay(cmd.Context(), git, line, func(s check.Step) error {
				replay.Add(stepOf(s))
				return nil
			})
		})
		if err != nil {
			return impact.Report{}, err
		}
		replay.End()
		known = append(known, tip)
	}
	result := replay.Report(chosen)
	result.Notes = notes
	return result, nil
}

// checkerOf judges with the configuration of the working tree, or of HEAD in a
// repository that has none.
func (f *impactFlags) checkerOf(ctx context.Context, git *repo.Repo) (*check.Checker, []policy.Rule, error) {
	head, err := check.DefaultBranch(git)
	if err != nil {
		return nil, nil, err
	}
	settings, err := f.loadConfig(func() ([]byte, error) {
		if git.WorkTree() != "" {
			return configOf(git)
		}
		return configAt(git, head)
	})
	if err != nil {
		return nil, nil, err
	}
	readOwn := func() ([]policy.Files, error) { return policiesAt(git, head, settings.Policies) }
	if git.WorkTree() != "" {
		readOwn = func() ([]policy.Files, error) { return policiesIn(ctx, git.WorkTree(), git, settings.Policies) }
	}
	own, err := readOwn()
	if err != nil {
		return nil, nil, err
	}
	set, err := f.load(own)
	if err != nil {
		return nil, nil, err
	}
	chosen, err := f.chosen(set)
	if err != nil {
		return nil, nil, err
	}
	if err := settings.CheckRules(set); err != nil {
		return nil, nil, usageError{err}
	}
	tuning, err := settings.Policy()
	if err != nil {
		return nil, nil, usageError{err}
	}
	engine, err := f.engine(set, tuning, chosen)
	if err != nil {
		return nil, nil, err
	}
	now, err := clock()
	if err != nil {
		return nil, nil, err
	}
	return &check.Checker{Set: set, Engine: engine, Config: settings, Now: now}, chosen, nil
}

// stepOf is a step without the machinery that judged it.
func stepOf(s check.Step) impact.Step {
	step := impact.Step{
		Commit: commitOf(s.Commit), Findings: s.Result.Findings, Units: s.Units, Documents: s.Result.Documents,
	}
	for _, err := range s.Result.Undecided {
		step.Undecided = append(step.Undecided, err.Error())
	}
	for _, n := range s.Result.NotInspected {
		if n.Undecided {
			step.Undecided = append(step.Undecided, fmt.Sprintf("%s: not inspected: %s", n.Path, n.Reason))
		}
	}
	return step
}

func commitOf(c repo.Commit) impact.Commit {
	return impact.Commit{ID: c.Hash.String(), Time: c.CommitterTime, Author: c.Author, Subject: c.Subject}
}
