package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// listedWaiver is a waiver and what is to be said of it.
type listedWaiver struct {
	Rule     string `json:"rule"`
	Path     string `json:"path"`
	Owner    string `json:"owner"`
	Reason   string `json:"reason"`
	Expires  string `json:"expires"`
	DaysLeft int    `json:"days_left"` // negative once expired
	State    string `json:"state"`     // active, expiring, expired or unused
	Line     int    `json:"line"`
}

func newWaivers() *cobra.Command {
	var flags judgeFlags
	var format string
	var soon int
	var failOnExpired bool
	cmd := &cobra.Command{
		Use:   "waivers [DIR]",
		Short: "List the waivers with the days they have left",
		Long: "waivers judges a working tree, as check does, and lists the waivers of its configuration, the first to expire first:\n" +
			"active, expiring (within --soon), expired, or unused: it accepts nothing that is there.",
		Example: "  gate waivers\n  gate waivers --format json --fail-on-expired",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usagef("unknown format %q: want text or json", format)
			}
			var what selection
			return what.with(cmd.Context(), args, &flags, func(checker *check.Checker, _ reader, judge judgement) error {
				result, err := judge(cmd.Context())
				if err != nil {
					return err
				}
				list := listWaivers(result.Waivers, checker.Now, soon)
				if err := writeWaivers(cmd, list, format); err != nil {
					return err
				}
				unread := slices.ContainsFunc(result.NotInspected, func(n check.NotInspected) bool { return n.Undecided })
				expired := slices.ContainsFunc(list, func(w listedWaiver) bool { return w.State == "expired" })
				switch {
				case unread || len(result.Undecided) > 0:
					return errors.New("which waivers are used cannot be told: `gate check` says what could not be decided")
				case expired && failOnExpired:
					return exit(report.ExitFindings)
				}
				return nil
			})
		},
	}
	flags.policyFlags.register(cmd)
	flags.format = report.Formats[0]
	f := cmd.Flags()
	f.StringVarP(&flags.config, "config", "c", "", "configuration file (default: "+config.File+" of the directory)")
	f.StringArrayVarP(&flags.data, "data", "d", nil, "JSON or YAML file merged into data for the rules (repeatable)")
	f.StringVarP(&format, "format", "o", "text", "output format: text, json")
	f.IntVar(&soon, "soon", 14, "days left from which on a waiver is expiring")
	f.BoolVar(&failOnExpired, "fail-on-expired", false, "exit 1 when a waiver has expired")
	return cmd
}

// listWaivers says of each waiver what matters most, the first to expire first.
func listWaivers(waivers []check.Waiver, now time.Time, soon int) []listedWaiver {
	list := []listedWaiver{}
	for _, w := range waivers {
		l := listedWaiver{
			Rule: w.Rule, Path: w.Path, Owner: w.Owner, Reason: w.Reason, Expires: w.Expires.Format(time.DateOnly),
			DaysLeft: w.DaysLeft(now), Line: w.Line, State: "active",
		}
		switch {
		case w.Expired(now):
			l.State = "expired"
		case !w.Used:
			l.State = "unused"
		case l.DaysLeft <= soon:
			l.State = "expiring"
		}
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b listedWaiver) int {
		return cmp.Or(cmp.Compare(a.Expires, b.Expires), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return list
}

func writeWaivers(cmd *cobra.Command, list []listedWaiver, format string) error {
	if format == "json" {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(list)
	}
	if len(list) == 0 {
		fmt.Fprintln(cmd.OutOrStdout(), "no waivers")
		return nil
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STATE\tDAYS LEFT\tRULE\tPATH\tOWNER\tREASON")
	for _, w := range list {
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%s\n", w.State, w.DaysLeft, report.Visible(w.Rule), report.Visible(w.Path), report.Visible(w.Owner), report.Visible(w.Reason))
	}
	return table.Flush()
}
