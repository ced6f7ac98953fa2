package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/inspect"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// lookFlags choose the rules and the documents of commands that look into rules.
type lookFlags struct {
	judgeFlags
	what selection
	kind string
	path string
}

func (f *lookFlags) register(cmd *cobra.Command) {
	f.format, f.failOn = report.Formats[0], "error" // such commands give no verdict
	f.policyFlags.register(cmd)
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.data, "data", "d", nil, "JSON or YAML file merged into data for the rules (repeatable)")
	flags.StringVarP(&f.config, "config", "c", "", "configuration file (default: "+config.File+" of the trusted base)")
	f.what.register(cmd)
	flags.StringVar(&f.kind, "kind", "", "only documents of this kind")
	flags.StringVar(&f.path, "path", "", "only documents of this file, directory or glob")
}

// look is what such a command works on.
type look struct {
	set       *policy.Set
	lab       *inspect.Lab
	documents []policy.Document
	undecided error // what no document could be made of
}

// look builds the documents that check would judge with the same arguments.
func (f *lookFlags) look(ctx context.Context, args []string) (look, error) {
	if f.kind != "" && !slices.Contains(policy.Kinds(), f.kind) {
		return look{}, usagef("unknown kind %q: want one of %q", f.kind, policy.Kinds())
	}
	var found look
	docs, result, err := f.what.build(ctx, args, &f.judgeFlags, func(checker *check.Checker) error {
		tuning, err := f.tuning(checker.Config)
		if err != nil {
			return err
		}
		found.set = checker.Set
		found.lab, err = inspect.New(checker.Set, tuning)
		return err
	})
	found.documents = inspect.Select(docs, nil, f.kind, f.path)
	found.undecided = errors.Join(result.Undecided...)
	return found, err
}

// build makes the documents that check would judge, in a stable order.
func (s *selection) build(ctx context.Context, args []string, flags *judgeFlags, use func(*check.Checker) error) ([]policy.Document, check.Result, error) {
	var docs []policy.Document
	var result check.Result
	err := s.with(ctx, args, flags, func(checker *check.Checker, _ reader, judge judgement) error {
		if err := use(checker); err != nil {
			return err
		}
		checker.Observe = func(doc policy.Document) { docs = append(docs, doc) }
		checker.ObserveOnly = true
		var err error
		result, err = judge(ctx)
		return err
	})
	slices.SortStableFunc(docs, func(a, b policy.Document) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Commit, b.Commit))
	})
	return docs, result, err
}
