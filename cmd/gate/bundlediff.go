package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// directions are those that can fail a diff, and the marks before rules that went
// there.
var directions = []struct {
	bundle.Direction
	mark string
}{
	{bundle.Added, "+"}, {bundle.Removed, "-"}, {bundle.Tightened, "^"}, {bundle.Loosened, "v"}, {bundle.Changed, "~"}, {bundle.Reworded, " "},
}

func newBundleDiff() *cobra.Command {
	var options struct {
		trustFlags
		format    string
		failOn    []string
		noBuiltin bool
		allowed   []string
	}
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell which rules were added, removed, tightened or loosened",
		Long: "diff compares two bundles or policy directories: what METADATA says of each rule, the code that it runs, and data. Files need no signature, references do.\n" +
			"A rule whose code, parameters or conditions are others is \"changed\": whether it refuses more or less, reading has to tell.",
		Example: "  gate bundle diff oci://registry.example.org/lake/policies:stable policies/ --bundle-key lake-2026=key.pub --fail-on removed,loosened",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var fail []bundle.Direction
			for _, name := range options.failOn {
				if !slices.ContainsFunc(directions, func(d struct {
					bundle.Direction
					mark string
				},
				) bool {
					return string(d.Direction) == name
				}) {
					return usagef("--fail-on %s: want some of added, removed, tightened, loosened, changed, reworded", name)
				}
				fail = append(fail, bundle.Direction(name))
			}
			var embedded fs.FS = rules.FS
			if options.noBuiltin {
				embedded = nil
			}
			var contents [2]*bundle.Content
			for i, name := range args {
				var err error
				if contents[i], err = options.content(cmd.Context(), name, embedded, options.allowed); err != nil {
					return err
				}
			}
			difference := bundle.Diff(contents[0], contents[1])
			if err := writeDifference(cmd.OutOrStdout(), options.format, difference); err != nil {
				return err
			}
			if difference.Has(fail...) {
				return exit(report.ExitFindings)
			}
			return nil
		},
	}
	options.trustFlags.register(cmd)
	cmd.Flags().StringVarP(&options.format, "format", "o", "text", "output format: text, json")
	cmd.Flags().StringSliceVar(&options.failOn, "fail-on", nil, "exit 1 when a rule or data was added, removed, tightened, loosened, changed or reworded")
	cmd.Flags().BoolVar(&options.noBuiltin, "no-builtin", false, "the rules use nothing of the shipped ones, and may be named like them")
	cmd.Flags().StringSliceVar(&options.allowed, "allow-builtin", nil, allowUsage)
	return cmd
}

// content loads what is compared.
func (f *trustFlags) content(ctx context.Context, name string, embedded fs.FS, allowed []string) (*bundle.Content, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		files, err := policy.OpenPaths([]string{name})
		if err != nil {
			return nil, err
		}
		return loadContent(embedded, files, "", allowed)
	}
	local := *f
	local.unsigned = f.unsigned || !remote.IsRef(name)
	b, _, err := local.get(ctx, name)
	if err != nil {
		return nil, err
	}
	return loadContent(embedded, []policy.Files{b.Files(name)}, b.Revision, allowed)
}

func loadContent(embedded fs.FS, files []policy.Files, revision string, allowed []string) (*bundle.Content, error) {
	set, err := policy.LoadFiles(embedded, files, allowed...)
	if err != nil {
		return nil, err
	}
	return bundle.NewContent(set, revision)
}

func writeDifference(w io.Writer, format string, d bundle.Difference) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(d)
	case "text":
		return writeDifferenceText(w, d)
	}
	return usagef("unknown format %q: want text or json", format)
}

func writeDifferenceText(w io.Writer, d bundle.Difference) error {
	if len(d.Rules) == 0 && len(d.Data) == 0 {
		_, err := fmt.Fprintln(w, "no difference in rules and data")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, kind := range directions {
		for _, rule := range d.Rules {
			if rule.Direction != kind.Direction {
				continue
			}
			fmt.Fprintf(table, "%s %s\t%s\t%s\t%s\n", kind.mark, rule.Direction, report.Visible(rule.Rule), rule.Severity, report.Visible(rule.Title))
			for _, c := range rule.Changes {
				fmt.Fprintf(table, "    %s\n", change(c))
			}
		}
	}
	for _, c := range d.Data {
		fmt.Fprintf(table, "~ data\t%s\n", change(c))
	}
	return table.Flush()
}

// change is one line; what is null was not there before, or is no more.
func change(c bundle.Change) string {
	show := func(v any) string {
		if v == nil {
			return "none"
		}
		if s, ok := v.(string); ok && s != "" && !strings.ContainsAny(s, " \n") {
			return report.Visible(s)
		}
		text, err := json.Marshal(v)
		if err != nil || len(text) > 200 {
			return "…"
		}
		return report.Visible(string(text))
	}
	if c.Direction == bundle.Reworded && strings.Contains(" title description remediation ticket ", " "+c.What+" ") {
		return c.What + " reworded"
	}
	return fmt.Sprintf("%s: %s -> %s (%s)", report.Visible(c.What), show(c.Old), show(c.New), c.Direction)
}
