package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/impact"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/request"
)

// objectReplay judges the objects of a cluster, one list after the other.
type objectReplay struct {
	judge  request.Judge
	flags  clusterFlags
	client *kube.Client

	known map[string]*judgedObject // by resource, namespace and name
	order []*judgedObject
	notes []string
}

// judgedObject is an object with what was said of it: by all entries of the webhook
// configuration that it would come through.
type judgedObject struct {
	impact.Object
	undecided []string
}

// list judges the objects of one list.
func (r *objectReplay) list(ctx context.Context, l listing) error {
	group, version, resource := policy.SplitResource(l.pattern)
	kind, err := kube.Discover(ctx, r.client, kube.Resource{Group: group, Version: version, Resource: resource})
	var absent *kube.NotInstalled
	if errors.As(err, &absent) {
		r.notes = append(r.notes, l.pattern+": the cluster does not have this kind")
		return nil
	}
	if err != nil {
		return err
	}
	if !kind.Namespaced && r.flags.Namespace != "" {
		return nil
	}
	return kube.List(ctx, r.client, kind.Resource, r.flags.Namespace, l.selector, func(raw *json.RawMessage) error {
		return r.object(ctx, kind, l.entry, *raw)
	})
}

// object judges one object as if it came anew, and as if it came again as it is.
func (r *objectReplay) object(ctx context.Context, kind kube.Kind, entry string, raw json.RawMessage) error {
	ask, err := requestFor(kind, raw)
	if err != nil {
		return err
	}
	ask.User, ask.Groups = r.flags.user, r.flags.groups
	o := r.find(kind, ask)
	ask.Operation = "CREATE"
	o.Create = append(o.Create, r.ask(ctx, o, ask, entry)...)
	ask.Operation, ask.Old = "UPDATE", ask.Object
	o.Update = append(o.Update, r.ask(ctx, o, ask, entry)...)
	return ctx.Err()
}

func (r *objectReplay) find(kind kube.Kind, ask request.Request) *judgedObject {
	group := kind.Group
	if group == "" {
		group = "core"
	}
	o := &judgedObject{Object: impact.Object{
		Resource: path.Join(group, kind.Version, kind.Resource.Resource), Namespace: ask.Namespace, Name: ask.Name,
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

// requestFor is a request with the object. Lists leave out the kind of what they
// hold, where they are all of one.
func requestFor(kind kube.Kind, raw json.RawMessage) (request.Request, error) {
	var object struct {
		Kind     string `json:"kind"`
		Metadata struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return request.Request{}, fmt.Errorf("list %s: an object is not the JSON that was asked for", kind.Resource.Resource)
	}
	if inside, ok := bytes.CutPrefix(bytes.TrimSpace(raw), []byte("{")); ok && object.Kind == "" {
		raw = fmt.Appendf(nil, `{"apiVersion":%q,"kind":%q,%s`, kind.GroupVersion().String(), kind.Kind, inside)
	}
	return request.Request{
		Group: kind.Group, Version: kind.Version, Resource: kind.Resource.Resource,
		Namespace: object.Metadata.Namespace, Name: object.Metadata.Name, Object: raw,
	}, nil
}
