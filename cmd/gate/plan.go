package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
	"github.com/lotus-lake/lotus-gate/validate/terraform"
)

func newPlan() *cobra.Command {
	var format, configFile string
	cmd := &cobra.Command{
		Use:   "plan [BASE..HEAD]",
		Short: "Show what a change of the Terraform configuration means, without Terraform",
		Long: "plan compares the configuration of two revisions (default: HEAD and the working tree) and lists the resources that would\n" +
			"be added, changed, replaced and destroyed, in the order in which it would happen. It reads no state and calls no provider:\n" +
			"drift, and what depends on variables, is not seen.",
		Example: "  gate plan\n  gate plan origin/main..HEAD",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usagef("unknown format %q: want text or json", format)
			}
			git, err := openRepo(".")
			if err != nil {
				return err
			}
			defer git.Close()
			flags := judgeFlags{config: configFile}
			settings, err := flags.loadConfig(func() ([]byte, error) { return configOf(git) })
			if err != nil {
				return err
			}
			plans, err := plans(cmd.Context(), git, args, settings)
			if err != nil {
				return err
			}
			return writePlans(cmd.OutOrStdout(), format, plans)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "o", "text", "output format: text, json")
	cmd.Flags().StringVarP(&configFile, "config", "c", "", "configuration file (default: "+config.File+")")
	return cmd
}

// plans opens the two snapshots that the arguments name and compares them.
func plans(ctx context.Context, git *repo.Repo, args []string, settings config.Config) ([]modulePlan, error) {
	view := func(tree lake.Tree) *lake.View { return lake.NewView(tree, lake.Settings{Layout: settings.Layout}) }
	limit := settings.Limits.Blob
	if len(args) == 0 {
		root := git.WorkTree()
		if root == "" {
			return nil, usagef("there is no working tree to compare with: want BASE..HEAD")
		}
		h, err := resolve(git, "HEAD")
		if err != nil {
			return nil, err
		}
		tree, err := check.Directory(ctx, root, git, limit)
		if err != nil {
			return nil, err
		}
		return plan(view(check.Commit(git, h, limit)), view(tree))
	}
	s := selection{span: args[0]}
	t, err := s.target(git, nil)
	if err != nil {
		return nil, err
	}
	return plan(view(check.Commit(git, t.base, limit)), view(check.Commit(git, t.tips[0], limit)))
}

// modulePlan is the plan of one root module.
type modulePlan struct {
	Module string `json:"module"`
	terraform.Plan
}

// plan compares every root module that either snapshot has.
func plan(base, head *lake.View) ([]modulePlan, error) {
	var dirs []string
	for _, view := range []*lake.View{base, head} {
		more, err := view.ModuleDirs()
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, more...)
	}
	slices.Sort(dirs)
	var plans []modulePlan
	for _, dir := range slices.Compact(dirs) {
		before, err := base.Facts(dir)
		if err != nil {
			return nil, err
		}
		after, err := head.Facts(dir)
		if err != nil {
			return nil, err
		}
		p, err := terraform.Diff(before, after)
		if err != nil {
			return nil, err
		}
		plans = append(plans, modulePlan{dir, p})
	}
	return plans, nil
}

func writePlans(out io.Writer, format string, plans []modulePlan) error {
	if format == "json" {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		if plans == nil {
			plans = []modulePlan{}
		}
		return enc.Encode(plans)
	}
	if len(plans) == 0 {
		_, err := fmt.Fprintln(out, "No Terraform configuration.")
		return err
	}
	for _, p := range plans {
		if len(plans) > 1 {
			if len(p.Changes) == 0 {
				continue
			}
			fmt.Fprintf(out, "# %s\n", report.Visible(p.Module))
		}
		if _, err := fmt.Fprintln(out, strings.TrimRight(report.VisibleLines(p.String()), "\n")); err != nil {
			return err
		}
	}
	return nil
}
