package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/existing"
	"github.com/lotus-lake/lotus-gate/validate/impact"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/request"
	"github.com/lotus-lake/lotus-gate/validate/ruleyaml"
)

// clusterFlags say which cluster is read, and who is taken to ask.
type clusterFlags struct {
	on bool
	kube.Options
	user   string
	groups []string
}

func (f *clusterFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.on, "cluster", false, "replay over the objects of a cluster")
	registerCluster(flags, &f.Options, "")
	flags.StringVarP(&f.Namespace, "namespace", "n", "", "namespace whose objects are judged (default: all)")
	flags.StringVar(&f.user, "as", "gate-policy-impact", "user whom rules on requests take for the one that asks")
	flags.StringArrayVar(&f.groups, "as-group", nil, "group of that user (repeatable)")
}

// overCluster replays the rules over the objects of a cluster.
func (f *impactFlags) overCluster(cmd *cobra.Command, _ []string) (impact.Report, error) {
	set, err := f.load(nil)
	if err != nil {
		return impact.Report{}, err
	}
	chosen, err := f.chosen(set)
	if err != nil {
		return impact.Report{}, err
	}
	judged := slices.DeleteFunc(slices.Clone(chosen), func(r policy.Rule) bool { return r.Admission == nil })
	if len(judged) == 0 {
		return impact.Report{}, usagef("none of these rules acts in a cluster: they have no `admission` in their METADATA")
	}
	tuning, err := f.clusterTuning(set)
	if err != nil {
		return impact.Report{}, err
	}
	engine, err := f.engine(set, tuning, judged)
	if err != nil {
		return impact.Report{}, err
	}
	client, err := kube.Open(f.cluster.Options)
	if err != nil {
		return impact.Report{}, usageError{err}
	}
	r := objectReplay{judge: request.Judge{Set: set, Engine: engine}, flags: f.cluster, known: map[string]*judgedObject{}}
	listings, absent, err := existing.Of(cmd.Context(), client, judged)
	if err != nil {
		return impact.Report{}, err
	}
	for _, l := range listings {
		if err := l.Each(cmd.Context(), client, f.cluster.Namespace, func(o existing.Object) error { return r.object(cmd.Context(), l.Entry, o) }); err != nil {
			return impact.Report{}, err
		}
	}
	result := r.report(judged)
	for _, pattern := range absent {
		result.Notes = append(result.Notes, pattern+": the cluster does not have this kind")
	}
	result.Notes = append(result.Notes, notesOf(chosen, f.cluster.user)...)
	return result, nil
}

// clusterTuning is what the webhook's configuration says of rules.
func (f *impactFlags) clusterTuning(set *policy.Set) (policy.Config, error) {
	var file struct {
		Rules ruleyaml.Cluster `yaml:"rules"`
	}
	if f.config == "" {
		return file.Rules.Policy(), nil
	}
	text, err := os.ReadFile(f.config)
	if err != nil {
		return policy.Config{}, usageError{err}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return policy.Config{}, usagef("%s: %w", f.config, err)
	}
	if err := file.Rules.Check(text, set, func(string) bool { return false }); err != nil {
		return policy.Config{}, usagef("%s: %w", f.config, err)
	}
	return file.Rules.Policy(), nil
}

// notesOf says what a replay leaves out of account.
func notesOf(rules []policy.Rule, user string) []string {
	var notes []string
	for _, rule := range rules {
		switch {
		case rule.Admission == nil:
			notes = append(notes, rule.ID+" has no admission block: it does not act in a cluster")
			continue
		case rule.Admission.Condition != "":
			notes = append(notes, rule.ID+" has a condition, which the API server decides: objects for which it is false never come to it, and may be counted here")
		}
		if slices.Contains(rule.Kinds, "request") {
			notes = append(notes, fmt.Sprintf("%s looks at requests: they are taken to come from %s, with nothing known of the rest of the cluster", rule.ID, user))
		}
	}
	return notes
}
