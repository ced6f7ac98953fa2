// Package existing finds the objects that a cluster has and that rules on requests
// look at, as requests that would bring them. What is said of them is its callers'
// affair.
package existing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/request"
)

// Listing is a list of objects, and the entry of the webhook configuration through
// which their requests come.
type Listing struct {
	kube.Kind
	Entry    string
	Selector string // of labels, "" for all
}

// Object is one that is there. Its Operation is empty, and nobody is named as the
// one who asks.
type Object struct {
	request.Request
	Kind string
	UID  string
}

// Of gives what rules look at in a cluster, without repeats, in the order of what
// rules call it; absent are the resources, as rules name them, that the cluster does not
// have. Rules without an admission block look at nothing.
func Of(ctx context.Context, client *kube.Client, rules []policy.Rule) (listings []Listing, absent []string, err error) {
	entries := map[string][]Listing{} // by pattern
	for _, rule := range rules {
		if rule.Admission == nil {
			continue
		}
		for _, pattern := range rule.Admission.Resources {
			entries[pattern] = append(entries[pattern], Listing{Entry: rule.Webhook(), Selector: rule.Admission.Selector})
		}
	}
	known := map[Listing]bool{}
	for _, pattern := range slices.Sorted(maps.Keys(entries)) {
		kind, err := discover(ctx, client, pattern)
		if err != nil {
			return nil, nil, err
		}
		if kind == nil {
			absent = append(absent, pattern)
			continue
		}
		slices.SortFunc(entries[pattern], func(a, b Listing) int { return strings.Compare(a.Entry, b.Entry) })
		for _, l := range entries[pattern] {
			if l.Kind = *kind; !known[l] {
				known[l] = true
				listings = append(listings, l)
			}
		}
	}
	return listings, absent, nil
}

func discover(ctx context.Context, client *kube.Client, pattern string) (*kube.Kind, error) {
	group, version, resource := policy.SplitResource(pattern)
	kind, err := kube.Discover(ctx, client, kube.Resource{Group: group, Version: version, Resource: resource})
	if errors.As(err, new(*kube.NotInstalled)) {
		return nil, nil
	}
	return &kind, err
}

// Each hands over the objects of a namespace, or all with "", page by page. An error
// of each ends the list.
func (l Listing) Each(ctx context.Context, client *kube.Client, namespace string, each func(Object) error) error {
	if !l.Namespaced && namespace != "" {
		return nil
	}
	return kube.List(ctx, client, l.Resource, namespace, l.Selector, func(raw *json.RawMessage) error {
		object, err := l.object(*raw)
		if err != nil {
			return err
		}
		return each(object)
	})
}

// object is one of a list, which leaves out the kind of what it holds where that is
// all of one.
func (l Listing) object(raw json.RawMessage) (Object, error) {
	var head struct {
		Kind     string `json:"kind"`
		Metadata struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
			UID       string `json:"uid"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return Object{}, fmt.Errorf("list %s: an object is not the JSON that was asked for", l.Resource.Resource)
	}
	if inside, ok := bytes.CutPrefix(bytes.TrimSpace(raw), []byte("{")); ok && head.Kind == "" {
		raw = fmt.Appendf(nil, `{"apiVersion":%q,"kind":%q,%s`, l.GroupVersion().String(), l.Kind.Kind, inside)
	}
	return Object{Kind: l.Kind.Kind, UID: head.Metadata.UID, Request: request.Request{
		Group: l.Group, Version: l.Version, Resource: l.Resource.Resource,
		Namespace: head.Metadata.Namespace, Name: head.Metadata.Name, Object: raw,
	}}, nil
}
