package main

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/existing"
	"github.com/lotus-lake/lotus-gate/validate/impact"
	"github.com/lotus-lake/lotus-gate/validate/request"
)

// objectReplay judges the objects of a cluster, one list after the other.
type objectReplay struct {
	judge request.Judge
	flags clusterFlags

	known map[string]*judgedObject // by resource, namespace and name
	order []*judgedObject
}

// judgedObject is an object with what was said of it: by all entries of the webhook
// configuration that it would come through.
type judgedObject struct {
	impact.Object
	undecided []string
}

// object judges one object as if it came anew, and as if it came again as it is.
func (r *objectReplay) object(ctx context.Context, entry string, object existing.Object) error {
	ask := object.Request
	ask.User, ask.Groups = r.flags.user, r.flags.groups
	o := r.find(ask)
	ask.Operation = "CREATE"
	o.Create = append(o.Create, r.ask(ctx, o, ask, entry)...)
	ask.Operation, ask.Old = "UPDATE", ask.Object
	o.Update = append(o.Update, r.ask(ctx, o, ask, entry)...)
	return ctx.Err()
}

func (r *objectReplay) find(ask request.Request) *judgedObject {
	o := &judgedObject{Object: impact.Object{
		Resource: path.Join(cmp.Or(ask.Group, "core"), ask.Version, ask.Resource), Namespace: ask.Namespace, Name: ask.Name,
		Create: []policy.Finding{}, Update: []policy.Finding{},
	}}
	key := strings.Join([]string{o.Resource, o.Namespace, o.Name}, "\n")
	if known, ok := r.known[key]; ok {
		return known
	}
	r.known[key], r.order = o, append(r.order, o)
	return o
}

// ask gives what would be said of a request, where the rules are not off.
func (r *objectReplay) ask(ctx context.Context, o *judgedObject, ask request.Request, entry string) []policy.Finding {
	found, err := r.judge.Findings(ctx, ask, entry)
	if err != nil {
		o.undecided = append(o.undecided, fmt.Sprintf("%s %s: %s: %v", o.Resource, path.Join(o.Namespace, o.Name), ask.Operation, err))
	}
	var kept []policy.Finding
	for _, f := range found {
		if f, ok := r.judge.Engine.Enforce(f, o.Namespace, time.Time{}); ok {
			kept = append(kept, f)
		}
	}
	return kept
}

func (r *objectReplay) report(rules []policy.Rule) impact.Report {
	var cluster impact.Cluster
	for _, o := range r.order {
		cluster.Add(o.Object, o.undecided)
	}
	return cluster.Report(rules)
}
