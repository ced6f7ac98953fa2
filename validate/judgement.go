package validate

import (
	"context"

	admissionv1 "k8s.io/api/admission/v1"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/request"
)

// judgement is one request on its way through the rules.
type judgement struct {
	Policies
	live    Live
	request *admissionv1.AdmissionRequest
	entry   string
}

// findings gives what the rules say, also with an error.
func (j judgement) findings(ctx context.Context) ([]policy.Finding, error) {
	judge := request.Judge{Set: j.Set, Engine: j.Engine}
	if j.live != nil {
		judge.Live = func(ctx context.Context) (map[string]any, error) { return j.live.Live(ctx, j.request) }
	}
	return judge.Findings(ctx, plain(j.request), j.entry)
}

// plain is a request without the types of the API.
func plain(r *admissionv1.AdmissionRequest) request.Request {
	return request.Request{
		Group: r.Resource.Group, Version: r.Resource.Version, Resource: r.Resource.Resource, SubResource: r.SubResource,
		Operation: string(r.Operation), Namespace: r.Namespace, Name: r.Name, User: r.UserInfo.Username, Groups: r.UserInfo.Groups,
		DryRun: r.DryRun != nil && *r.DryRun, Object: r.Object.Raw, Old: r.OldObject.Raw,
	}
}
