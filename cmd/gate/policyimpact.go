package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/validate/impact"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// impactFlags choose the rules, and what they are replayed over.
type impactFlags struct {
	judgeFlags
	selection
	rules   []string
	cluster clusterFlags
}

func newPolicyImpact() *cobra.Command {
	var flags impactFlags
	cmd := &cobra.Command{
		Use:   "impact {--range BASE..HEAD | --history [REV...] | --cluster}",
		Short: "Tell what rules would have refused, before they are switched on",
		Long: "impact replays rules, those of --policy or the ones that --rule names, as if they had always been in force, whatever stage\n" +
			"they are in: over each commit of a first-parent line, judged as the push that brought it and by the clock of its time, or over\n" +
			"the objects that a cluster has now, judged as if they were created and as if they were updated. Nothing is written anywhere.",
		Example: "  gate policy impact --policy rules --history\n  gate policy impact --rule stream/schema --range v1.0..main --format json\n" +
			"  gate policy impact --policy rules --cluster --namespace lake",
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args) },
	}
	flags.policyFlags.register(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&flags.rules, "rule", nil, "id of a rule to replay (repeatable; default: all of --policy, or else of the directory policy)")
	f.StringVar(&flags.span, "range", "", "replay the first-parent line of BASE..HEAD")
	f.BoolVar(&flags.history, "history", false, "replay the first-parent line of REV... (default HEAD) from its beginning")
	flags.cluster.register(cmd)
	f.StringArrayVarP(&flags.data, "data", "d", nil, "JSON or YAML file merged into data for the rules (repeatable)")
	f.StringVarP(&flags.config, "config", "c", "", "configuration file (default: that of the working tree; with --cluster, the webhook's)")
	f.StringVarP(&flags.format, "format", "o", "text", "output format: text, json")
	f.StringVar(&flags.output, "output", "", "write the report to a file")
	f.StringVar(&flags.failOn, "fail-on", "", "least severity that counts as refused: error, warning or never (default: error)")
	cmd.MarkFlagsMutuallyExclusive("range", "history", "cluster")
	cmd.MarkFlagsOneRequired("range", "history", "cluster")
	return cmd
}

func (f *impactFlags) run(cmd *cobra.Command, args []string) error {
	if f.format != "text" && f.format != "json" {
		return usagef("unknown format %q: want text or json", f.format)
	}
	if len(f.paths) == 0 && len(f.rules) == 0 {
		if _, err := os.Stat(author.DefaultDir); err != nil {
			return usagef("which rules? --policy names a directory of yours, --rule one that is shipped")
		}
		f.paths = []string{author.DefaultDir}
	}
	if len(args) > 0 && !f.history {
		return usagef("%s: revisions go with --history", strings.Join(args, " "))
	}
	begun := time.Now()
	replay := f.overHistory
	if f.cluster.on {
		replay = f.overCluster
	}
	result, err := replay(cmd, args)
	if err != nil {
		return err
	}
	result.Took(time.Since(begun))
	out, done, err := f.writeTo(cmd.OutOrStdout())
	if err != nil {
		return err
	}
	write := impact.WriteText
	if f.format == "json" {
		write = impact.WriteJSON
	}
	if err := write(out, result); err != nil {
		return err
	}
	if err := done(); err != nil {
		return err
	}
	if len(result.Undecided) > 0 {
		return exit(report.ExitUndecided)
	}
	return nil
}

// chosen are the rules to replay.
func (f *impactFlags) chosen(set *policy.Set) ([]policy.Rule, error) {
	var chosen []policy.Rule
	for _, id := range f.rules {
		rule, ok := set.Rule(id)
		if !ok {
			return nil, usageError{set.Unknown(id)}
		}
		chosen = append(chosen, rule)
	}
	if len(f.rules) == 0 {
		for _, rule := range set.Rules() {
			if !rule.Shipped {
				chosen = append(chosen, rule)
			}
		}
	}
	if len(chosen) == 0 {
		return nil, usagef("%s holds no rule of yours: --rule names one that is shipped", strings.Join(f.paths, ", "))
	}
	return chosen, nil
}

// engine has the chosen rules alone, in their own severity: switched on, and in no
// stage but the last. Where that is off, they stay off.
func (f *impactFlags) engine(set *policy.Set, tuning policy.Config, chosen []policy.Rule) (*policy.Engine, error) {
	tuning.Remember = true
	tuned := maps.Clone(tuning.Rules)
	for _, rule := range set.Rules() {
		own := tuned[rule.ID]
		own.Disabled = !slices.ContainsFunc(chosen, func(c policy.Rule) bool { return c.ID == rule.ID })
		own.Action = policy.Stages{}
		own.Places = slices.Clone(own.Places)
		for i := range own.Places {
			if !off(own.Places[i].Action) {
				own.Places[i].Action = policy.Stages{}
			}
		}
		tuned[rule.ID] = own
	}
	tuning.Rules = tuned
	var err error
	if tuning.Data, err = readData(f.data); err != nil {
		return nil, err
	}
	engine, err := policy.NewEngine(set, tuning)
	if err != nil {
		return nil, fmt.Errorf("set up the rules: %w", err)
	}
	return engine, nil
}

func off(stages policy.Stages) bool {
	return len(stages) > 0 && stages[len(stages)-1].Action == policy.Off
}
