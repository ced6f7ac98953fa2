package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
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
	flags.StringVar(&f.Kubeconfig, "kubeconfig", "", "kubeconfig of the cluster (default: as kubectl finds it)")
	flags.StringVar(&f.Context, "context", "", "context of the kubeconfig")
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
	r := objectReplay{judge: request.Judge{Set: set, Engine: engine}, flags: f.cluster, client: client, known: map[string]*judgedObject{}}
	for _, l := range listingsOf(judged) {
		if err := r.list(cmd.Context(), l); err != nil {
			return impact.Report{}, err
		}
	}
	result := r.report(judged)
	result.Notes = append(r.notes, notesOf(chosen, f.cluster.user)...)
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

// listing is a list of objects, and the entry of the webhook configuration through
// which their requests come.
type listing struct{ pattern, entry, selector string }

// listingsOf is what rules look at, without repeats, sorted.
func listingsOf(rules []policy.Rule) []listing {
	var listings []listing
	for _, rule := range rules {
		for _, pattern := range rule.Admission.Resources {
			listings = append(listings, listing{pattern, rule.Webhook(), rule.Admission.Selector})
		}
	}
	slices.SortFunc(listings, func(a, b listing) int {
		return strings.Compare(a.pattern+"\n"+a.entry, b.pattern+"\n"+b.entry)
	})
	return slices.Compact(listings)
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
