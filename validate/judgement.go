package validate

import (
	"context"
	"errors"
	"fmt"

	admissionv1 "k8s.io/api/admission/v1"

	"github.com/lotus-lake/lotus-gate/policy"
)

// judgement is one request on its way through the rules.
type judgement struct {
	Policies
	live     Live
	request  *admissionv1.AdmissionRequest
	concerns policy.AdmissionRequest
}

// findings gives what the rules say. With an error there may be findings as well:
// those of the documents that could be judged.
func (j judgement) findings(ctx context.Context) ([]policy.Finding, error) {
	wants := map[string]bool{}
	for _, kind := range []string{"manifest", "stream", "request"} {
		if j.Engine.WantsRequest(kind, j.concerns) {
			wants[kind] = true
		}
	}
	if len(wants) == 0 {
		return nil, nil
	}
	objects, err := decode(j.request)
	if err != nil {
		return nil, err
	}
	found, err := j.objectFindings(ctx, objects, wants)
	if wants["request"] {
		more, failed := j.requestFindings(ctx, objects)
		found, err = append(found, more...), errors.Join(err, failed)
	}
	return policy.Sort(found), err
}

// objectFindings judges the object as rules judge it in a repository. An update is
// not refused for what it neither brings nor mends.
func (j judgement) objectFindings(ctx context.Context, o objects, wants map[string]bool) ([]policy.Finding, error) {
	docs, err := o.documents(wants)
	if err != nil {
		return nil, err
	}
	found, err := j.all(ctx, docs)
	if err != nil || len(found) == 0 || o.old == nil {
		return found, err
	}
	docs, err = objects{resource: o.resource, object: o.old}.documents(wants)
	if err != nil {
		return found, fmt.Errorf("the object as it was: %w", err)
	}
	had, err := j.all(ctx, docs)
	if err != nil {
		return found, fmt.Errorf("the object as it was: %w", err)
	}
	j.Set.MarkExisting(found, had)
	return found, nil
}

func (j judgement) all(ctx context.Context, docs []policy.Document) ([]policy.Finding, error) {
	var found []policy.Finding
	for _, doc := range docs {
		more, err := j.Engine.JudgeRequest(ctx, doc, j.concerns)
		if err != nil {
			return found, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// requestFindings judges the request as such, and what the cluster says.
func (j judgement) requestFindings(ctx context.Context, o objects) ([]policy.Finding, error) {
	live := map[string]any{}
	if j.live != nil {
		var err error
		if live, err = j.live.Live(ctx, j.request); err != nil {
			return nil, fmt.Errorf("ask the cluster: %w", err)
		}
	}
	return j.Engine.JudgeRequest(ctx, requestDocument(j.request, o, live), j.concerns)
}
