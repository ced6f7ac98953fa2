package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// testFlags say how rules are tested and told of.
type testFlags struct {
	tests     author.Tests
	data      []string
	format    string
	verbose   bool
	watch     bool
	threshold float64
}

func newPolicyTest() *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Run Rego tests, examples and mutation examples",
		Long: "test runs the test_ rules of *_test.rego, judges examples.yaml by the code of the gate, and asks the code of the webhook for the patches of mutations.yaml.\n" +
			"PATH is a directory of rules (default: " + author.DefaultDir + "). Exit codes: 0 all pass, 1 some fail, 2 they cannot be run.",
		Example: "  gate policy test --watch\n  gate policy test --run no_owner --explain full\n  gate policy test --threshold 100 --format junit > tests.xml",
		RunE: func(cmd *cobra.Command, args []string) error {
			paths, err := policyPaths(args)
			if err != nil {
				return err
			}
			if err := f.check(cmd); err != nil {
				return err
			}
			f.tests.Embedded, f.tests.Paths = rules.FS, paths
			if f.tests.Data, err = readData(f.data); err != nil {
				return err
			}
			if f.watch {
				return f.again(cmd)
			}
			return f.once(cmd.Context(), cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.tests.Match, "run", "r", "", "regular expression of the names to run, as in data.lake.no_owner_test.test_label")
	flags.IntVar(&f.tests.Parallel, "parallel", 0, "Rego tests at once (default: one a processor)")
	flags.DurationVar(&f.tests.Timeout, "timeout", time.Minute, "for all Rego tests together")
	flags.BoolVarP(&f.watch, "watch", "w", false, "run again whenever a file changes")
	flags.BoolVar(&f.tests.Bench, "bench", false, "measure the Rego tests")
	flags.BoolVar(&f.tests.Coverage, "coverage", false, "tell which lines no Rego test reaches")
	flags.Float64Var(&f.threshold, "threshold", 0, "percentage of lines that Rego tests must reach; implies --coverage")
	flags.BoolVarP(&f.tests.Strict, "fail-on-empty", "z", false, "fail for rules without Rego tests or examples")
	flags.StringVar(&f.tests.Explain, "explain", "", "show the trace of what failed: "+strings.Join(author.Explains, ", "))
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "name what passed too")
	flags.StringVarP(&f.format, "format", "o", author.Formats[0], "output format: "+strings.Join(author.Formats, ", "))
	flags.StringArrayVarP(&f.data, "data", "d", nil, "JSON or YAML file merged into data for the examples (repeatable)")
	cmd.MarkFlagsMutuallyExclusive("bench", "coverage")
	cmd.MarkFlagsMutuallyExclusive("bench", "threshold")
	mustComplete(cmd, "format", author.Formats)
	mustComplete(cmd, "explain", author.Explains)
	return cmd
}

func (f *testFlags) check(cmd *cobra.Command) error {
	if !slices.Contains(author.Formats, f.format) {
		return usagef("unknown format %q: want one of %s", f.format, strings.Join(author.Formats, ", "))
	}
	if f.tests.Explain != "" && !slices.Contains(author.Explains, f.tests.Explain) {
		return usagef("--explain %s: want one of %s", f.tests.Explain, strings.Join(author.Explains, ", "))
	}
	if f.threshold < 0 || f.threshold > 100 {
		return usagef("--threshold %g: want a percentage", f.threshold)
	}
	if f.tests.Timeout <= 0 || f.tests.Parallel < 0 {
		return usagef("--timeout and --parallel are positive")
	}
	f.tests.Coverage = f.tests.Coverage || cmd.Flags().Changed("threshold")
	f.verbose = f.verbose || f.tests.Explain != ""
	if f.tests.Bench && !cmd.Flags().Changed("timeout") {
		f.tests.Timeout = time.Hour
	}
	return nil
}

// once tests, and carries the verdict out as an exit.
func (f *testFlags) once(ctx context.Context, out io.Writer) error {
	tested, err := author.Run(ctx, f.tests)
	if err != nil {
		return err
	}
	if err := tested.Write(out, f.format, f.verbose, f.tests.Bench); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if !tested.Passed() {
		return exit(report.ExitFindings)
	}
	if c := tested.Coverage; c != nil && c.Coverage < f.threshold {
		if f.format == author.Formats[0] {
			fmt.Fprintf(out, "coverage is %.1f%%, less than the threshold of %g%%\n", c.Coverage, f.threshold)
		}
		return exit(report.ExitFindings)
	}
	return nil
}

// again tests at each change. What goes wrong is told and does not end it.
func (f *testFlags) again(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	run := func() {
		err := f.once(cmd.Context(), out)
		var verdict exit
		if err != nil && !errors.As(err, &verdict) {
			fmt.Fprintln(out, report.VisibleLines(expand(err.Error())))
		}
		fmt.Fprintf(out, "-- %s: waiting for changes\n", time.Now().Format(time.TimeOnly))
		runtime.GC() // compilers are large, and the next may be long in coming
	}
	author.Watch(cmd.Context(), f.tests.Paths, run)
	return nil
}

// mustComplete offers values of a flag.
func mustComplete(cmd *cobra.Command, flag string, values []string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is registered above
	}
}
