// Package request judges admission requests: it turns them into the documents that
// rules see, and asks those that they concern. It knows neither servers nor clients, so
// that the objects of a cluster can be judged as if they came anew.
package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Request is an admission request, as far as rules look at it.
type Request struct {
	Group, Version, Resource, SubResource string // the core group is ""
	Operation                             string // CREATE, UPDATE, DELETE or CONNECT
	Namespace, Name                       string
	User                                  string
	Groups                                []string
	DryRun                                bool
	Object, Old                           []byte // JSON; nil for none
}

// Concerns is what decides which rules concern the request, when it comes through
// an entry of the webhook configuration, "" for all. A subresource is a resource of
// its own.
func (r Request) Concerns(entry string) policy.AdmissionRequest {
	resource := r.Resource
	if r.SubResource != "" {
		resource += "/" + r.SubResource
	}
	return policy.AdmissionRequest{
		Group: r.Group, Version: r.Version, Resource: resource, Operation: r.Operation, Webhook: entry, Namespace: r.Namespace,
	}
}

// Judge is what requests are judged with.
type Judge struct {
	Set    *policy.Set
	Engine *policy.Engine
	Live   func(context.Context) (map[string]any, error) // what the cluster says of the request; nil: nothing
}

// Findings gives what the rules say, sorted. With an error there may be findings as
// well: those of the documents that could be judged.
func (j Judge) Findings(ctx context.Context, r Request, entry string) ([]policy.Finding, error) {
	concerns := r.Concerns(entry)
	wants := map[string]bool{}
	for _, kind := range []string{"manifest", "stream", "request"} {
		if j.Engine.WantsRequest(kind, concerns) {
			wants[kind] = true
		}
	}
	if len(wants) == 0 {
		return nil, nil
	}
	objects, err := r.decode()
	if err != nil {
		return nil, err
	}
	found, err := j.ofObject(ctx, objects, concerns, wants)
	if wants["request"] {
		more, failed := j.ofRequest(ctx, r, objects, concerns)
		found, err = append(found, more...), errors.Join(err, failed)
	}
	return policy.Sort(found), err
}

// ofObject judges the object as rules judge it in a repository. An update is not
// refused for what it neither brings nor mends.
func (j Judge) ofObject(ctx context.Context, o objects, concerns policy.AdmissionRequest, wants map[string]bool) ([]policy.Finding, error) {
	docs, err := o.documents(wants)
	if err != nil {
		return nil, err
	}
	found, err := j.all(ctx, docs, concerns)
	if err != nil || len(found) == 0 || o.old == nil {
		return found, err
	}
	docs, err = objects{resource: o.resource, object: o.old}.documents(wants)
	if err != nil {
		return found, fmt.Errorf("the object as it was: %w", err)
	}
	had, err := j.all(ctx, docs, concerns)
	if err != nil {
		return found, fmt.Errorf("the object as it was: %w", err)
	}
	j.Set.MarkExisting(found, had)
	return found, nil
}

func (j Judge) all(ctx context.Context, docs []policy.Document, concerns policy.AdmissionRequest) ([]policy.Finding, error) {
	var found []policy.Finding
	for _, doc := range docs {
		more, err := j.Engine.JudgeRequest(ctx, doc, concerns)
		if err != nil {
			return found, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// ofRequest judges the request as such, and what the cluster says.
func (j Judge) ofRequest(ctx context.Context, r Request, o objects, concerns policy.AdmissionRequest) ([]policy.Finding, error) {
	live := map[string]any{}
	if j.Live != nil {
		var err error
		if live, err = j.Live(ctx); err != nil {
			return nil, fmt.Errorf("ask the cluster: %w", err)
		}
	}
	return j.Engine.JudgeRequest(ctx, r.document(o, live), concerns)
}
