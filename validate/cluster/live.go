// Package cluster says what the live cluster knows of what an admission request
// concerns: `live` of the request document (docs/cluster.md). No value of a Secret
// is kept, and none is in what it gives or in its errors.
package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Config is what Facts read. Both readers know tofu's types.
type Config struct {
	Cached client.Reader // Terraform objects alone are read from it
	Live   client.Reader // reads the API server itself
}

// Facts looks things up. It is safe for concurrent use.
type Facts struct{ config Config }

// New makes Facts.
func New(config Config) *Facts { return &Facts{config} }

// Live gives `live` of a request: its parts are absent where there is nothing to
// say. An error means that the cluster could not be asked.
func (f *Facts) Live(ctx context.Context, request *admissionv1.AdmissionRequest) (map[string]any, error) {
	switch {
	case request.Resource.Group == tofu.Group && request.Resource.Resource == tofu.Resource:
		return f.terraform(ctx, request)
	case request.Resource.Group == "" && request.Resource.Resource == "secrets":
		return f.secret(ctx, request)
	}
	return nil, nil
}

// terraform says what a Terraform object meets, or leaves behind.
func (f *Facts) terraform(ctx context.Context, request *admissionv1.AdmissionRequest) (map[string]any, error) {
	object, err := decode(request.Object.Raw)
	if err != nil {
		return nil, fmt.Errorf("read the object: %w", err)
	}
	old, err := decode(request.OldObject.Raw)
	if err != nil {
		return nil, fmt.Errorf("read the old object: %w", err)
	}
	live := map[string]any{}
	if object == nil {
		if old != nil {
			live["state"] = f.state(ctx, old)
		}
		return live, nil
	}
	object.Namespace = request.Namespace
	if old == nil || placeOf(object) != placeOf(old) {
		if live["terraforms"], err = f.others(ctx, object); err != nil {
			return nil, err
		}
	}
	if old == nil || object.Generation != old.Generation { // which counts changes of the spec
		if live["missing"], err = f.missing(ctx, object); err != nil {
			return nil, err
		}
	}
	return live, nil
}

// decode reads a Terraform object; nil when there is none.
func decode(raw []byte) (*tofu.Terraform, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var object tofu.Terraform
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, errors.New("it is no Terraform object of " + tofu.GroupVersion().String())
	}
	return &object, nil
}
