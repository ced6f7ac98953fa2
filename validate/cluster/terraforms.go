package cluster

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// place is where a Terraform object keeps its state.
type place struct {
	name, workspace, suffix, backend string
}

// placeOf reads the fields that decide it, as validate/terraform does of manifests.
func placeOf(t *tofu.Terraform) place {
	p := place{name: t.Name, workspace: t.WorkspaceName(), suffix: t.Name, backend: "secret"}
	config := t.Spec.BackendConfig
	if config == nil {
		config = &tofu.BackendConfig{}
	}
	if config.SecretSuffix != "" {
		p.suffix = config.SecretSuffix
	}
	switch {
	case config.Disable:
		p.backend = "disabled"
	case config.CustomConfiguration != "", config.ConfigPath != "", t.Spec.BackendConfigsFrom != nil, t.Spec.Cloud != nil:
		p.backend = "custom"
	}
	return p
}

// fact is a Terraform object as rules see it.
func fact(t *tofu.Terraform) map[string]any {
	p := placeOf(t)
	return map[string]any{
		"namespace": t.Namespace, "name": p.name, "workspace": p.workspace, "suffix": p.suffix, "backend": p.backend,
		"service_account": cmp.Or(t.Spec.ServiceAccountName, tofu.DefaultServiceAccount),
	}
}

// others lists the other Terraform objects of the namespace as they are now: a
// cache could miss the one that was created a moment ago, or show one that is gone.
func (f *Facts) others(ctx context.Context, object *tofu.Terraform) ([]any, error) {
	var list tofu.TerraformList
	if err := f.config.Live.List(ctx, &list, client.InNamespace(object.Namespace)); err != nil {
		return nil, fmt.Errorf("list Terraform objects: %s", reason(err))
	}
	others := []any{}
	for i := range list.Items {
		if list.Items[i].Name != object.Name {
			others = append(others, fact(&list.Items[i]))
		}
	}
	return others, nil
}

// secret says whose state or plan a Secret is. The cache is asked first, and the
// API server when it knows none.
func (f *Facts) secret(ctx context.Context, request *admissionv1.AdmissionRequest) (map[string]any, error) {
	raw := request.OldObject.Raw
	if len(raw) == 0 {
		raw = request.Object.Raw
	}
	var secret metav1.PartialObjectMetadata
	if err := json.Unmarshal(raw, &secret); err != nil {
		return nil, errors.New("read the Secret's metadata: it has none that is valid")
	}
	secret.Namespace = request.Namespace
	owners := []any{}
	for _, reader := range []client.Reader{f.config.Cached, f.config.Live} {
		var list tofu.TerraformList
		if err := reader.List(ctx, &list, client.InNamespace(request.Namespace)); err != nil {
			return nil, fmt.Errorf("list Terraform objects: %s", reason(err))
		}
		for i := range list.Items {
			if owns(&list.Items[i], &secret) {
				owners = append(owners, fact(&list.Items[i]))
			}
		}
		if len(owners) > 0 {
			break
		}
	}
	return map[string]any{"terraforms": owners}, nil
}

// owns tells, by name and labels, whether a Secret is the state or a plan of a
// Terraform object. One plan is in several Secrets when it is large.
func owns(t *tofu.Terraform, secret *metav1.PartialObjectMetadata) bool {
	name, labels := secret.Name, secret.Labels
	if p := placeOf(t); p.backend == "secret" && (name == t.StateSecretName() ||
		labels["tfstate"] == "true" && labels["tfstateWorkspace"] == p.workspace && labels["tfstateSecretSuffix"] == p.suffix) {
		return true
	}
	part, isPlan := strings.CutPrefix(name, t.PlanSecretName())
	if isPlan && (part == "" || part[0] == '-' && digits(part[1:])) {
		return true
	}
	return labels[tofu.Group+"/plan-name"] == t.Name && labels[tofu.Group+"/plan-workspace"] == t.WorkspaceName()
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
