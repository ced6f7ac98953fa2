package cluster

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
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
	p := place{name: t.Name, workspace: t.WorkspaceName(), suffix: t.Name, backend: t.Backend()}
	if config := t.Spec.BackendConfig; config != nil && config.SecretSuffix != "" {
		p.suffix = config.SecretSuffix
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
	all, err := list(ctx, f.config.Live, object.Namespace)
	if err != nil {
		return nil, err
	}
	others := []any{}
	for i := range all {
		if all[i].Name != object.Name {
			others = append(others, fact(&all[i]))
		}
	}
	return others, nil
}

// list gives the Terraform objects of a namespace: none in a cluster without
// tofu-controller.
func list(ctx context.Context, from client.Reader, namespace string) ([]tofu.Terraform, error) {
	var l tofu.TerraformList
	err := from.List(ctx, &l, client.InNamespace(namespace))
	if err != nil && !meta.IsNoMatchError(err) && !apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("list Terraform objects: %s", reason(err))
	}
	return l.Items, nil
}

// secret says whose state or plan a Secret is. The cache is asked first, and the
// API server when it knows none or cannot be asked.
func (f *Facts) secret(ctx context.Context, request *admissionv1.AdmissionRequest) (map[string]any, error) {
	raw := request.OldObject.Raw
	if len(raw) == 0 {
		raw = request.Object.Raw
	}
	var secret metav1.PartialObjectMetadata
	if err := json.Unmarshal(raw, &secret); err != nil {
		return nil, errors.New("read the Secret's metadata: it has none that is valid")
	}
	owners := []any{}
	cached, err := list(ctx, f.config.Cached, request.Namespace)
	if err == nil {
		owners = ownersOf(&secret, cached)
	}
	if len(owners) == 0 {
		live, err := list(ctx, f.config.Live, request.Namespace)
		if err != nil {
			return nil, err
		}
		owners = ownersOf(&secret, live)
	}
	return map[string]any{"terraforms": owners}, nil
}

func ownersOf(secret *metav1.PartialObjectMetadata, all []tofu.Terraform) []any {
	owners := []any{}
	for i := range all {
		if owns(&all[i], secret) {
			owners = append(owners, fact(&all[i]))
		}
	}
	return owners
}

// owns tells, by name and labels, whether a Secret is the state or a plan of a
// Terraform object. One plan is in several Secrets when it is large.
func owns(t *tofu.Terraform, secret *metav1.PartialObjectMetadata) bool {
	name, labels := secret.Name, secret.Labels
	if p := placeOf(t); p.backend == tofu.BackendSecret && (name == t.StateSecretName() ||
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
