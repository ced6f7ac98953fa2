package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/cluster"
)

func missing(what string, field ...any) map[string]any {
	return map[string]any{"what": what, "field": field}
}

func TestMissing(t *testing.T) {
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "tf-runner"}}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "airbyte"}, Data: map[string][]byte{"user": []byte(planted)}}
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "settings"}, Data: map[string]string{"a": ""}, BinaryData: map[string][]byte{"b": nil}}
	vars := func(refs ...tofu.VarsReference) func(*tofu.Terraform) {
		return func(t *tofu.Terraform) {
			t.Spec.SourceRef = tofu.SourceReference{Kind: "GitRepository", Name: "lake", Namespace: "flux-system"}
			t.Spec.VarsFrom = refs
		}
	}
	repository := &metav1.PartialObjectMetadata{
		TypeMeta: metav1.TypeMeta{APIVersion: "source.toolkit.fluxcd.io/v1", Kind: "GitRepository"}, ObjectMeta: metav1.ObjectMeta{Namespace: "flux-system", Name: "lake"},
	}
	full := []client.Object{account, secret, settings, repository}
	many := make([]tofu.VarsReference, 5000)
	for i := range many {
		many[i] = tofu.VarsReference{Kind: "Secret", Name: fmt.Sprintf("s%d", i)}
	}
	var first98 []any
	for i := range 98 {
		first98 = append(first98, missing(fmt.Sprintf("Secret lake/s%d", i), "spec", "varsFrom", i))
	}
	for name, tc := range map[string]struct {
		there []client.Object
		spec  func(*tofu.Terraform)
		want  []any
	}{
		"everything is there": {full, vars(
			tofu.VarsReference{Kind: "Secret", Name: "airbyte", VarsKeys: []string{"user:airbyte_user"}}, tofu.VarsReference{Kind: "Secret", Name: "airbyte"},
			tofu.VarsReference{Kind: "ConfigMap", Name: "settings", VarsKeys: []string{"a", "b"}},
		), []any{}},
		"nothing is there": {nil, vars(tofu.VarsReference{Kind: "Secret", Name: "airbyte"}, tofu.VarsReference{Kind: "ConfigMap", Name: "settings", VarsKeys: []string{"a"}}), []any{
			missing("GitRepository flux-system/lake", "spec", "sourceRef"), missing("ServiceAccount lake/tf-runner", "spec", "serviceAccountName"),
			missing("Secret lake/airbyte", "spec", "varsFrom", 0), missing("ConfigMap lake/settings", "spec", "varsFrom", 1),
		}},
		"keys": {full, vars(
			tofu.VarsReference{Kind: "Secret", Name: "airbyte", VarsKeys: []string{"user", "password:airbyte_password"}}, tofu.VarsReference{Kind: "ConfigMap", Name: "settings", VarsKeys: []string{"c"}},
		), []any{
			missing("key password of Secret lake/airbyte", "spec", "varsFrom", 0, "varsKeys", 1), missing("key c of ConfigMap lake/settings", "spec", "varsFrom", 1, "varsKeys", 0),
		}},
		"optional":            {full, vars(tofu.VarsReference{Kind: "Secret", Name: "none", Optional: true}), []any{}},
		"its own account":     {full, func(t *tofu.Terraform) { vars()(t); t.Spec.ServiceAccountName = "own" }, []any{missing("ServiceAccount lake/own", "spec", "serviceAccountName")}},
		"source without home": {full, func(t *tofu.Terraform) { vars()(t); t.Spec.SourceRef.Namespace = "" }, []any{missing("GitRepository lake/lake", "spec", "sourceRef")}},
		"5,000 references":    {full, vars(many...), first98},
	} {
		t.Run(name, func(t *testing.T) {
			c := of(t, nil, tc.there...)
			got, err := cluster.New(cluster.Config{Cached: c, Live: c}).Live(t.Context(), request(t, admissionv1.Create, tofu.Resource, terraform("lake", tc.spec), nil))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got["missing"]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestOlderFlux: a source that is there in an older version of its API is not missing.
func TestOlderFlux(t *testing.T) {
	old := "v1beta2"
	c := of(t, func(object any, name string) error {
		o, ok := object.(*metav1.PartialObjectMetadata)
		switch {
		case !ok || o.Kind != "OCIRepository":
			return nil
		case o.APIVersion != "source.toolkit.fluxcd.io/"+old:
			return &meta.NoKindMatchError{GroupKind: o.GroupVersionKind().GroupKind()}
		}
		return nil
	}, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "tf-runner"}}, &metav1.PartialObjectMetadata{
		TypeMeta: metav1.TypeMeta{APIVersion: "source.toolkit.fluxcd.io/v1beta2", Kind: "OCIRepository"}, ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "lake"},
	})
	object := terraform("lake", func(t *tofu.Terraform) { t.Spec.SourceRef.Kind = "OCIRepository" })
	for version, want := range map[string][]any{"v1beta2": {}, "v1alpha1": {missing("OCIRepository lake/lake", "spec", "sourceRef")}} {
		old = version
		got, err := cluster.New(cluster.Config{Cached: c, Live: c}).Live(t.Context(), request(t, admissionv1.Create, tofu.Resource, object, nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got["missing"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", version, diff)
		}
	}
}

// TestUnchangedSpecIsNotLookedUp: finalizers and annotations cost no read.
func TestUnchangedSpecIsNotLookedUp(t *testing.T) {
	c := of(t, func(object any, _ string) error {
		t.Errorf("read a %T", object)
		return nil
	})
	annotated := terraform("lake", func(t *tofu.Terraform) { t.Annotations = map[string]string{"a": "b"} })
	got, err := cluster.New(cluster.Config{Cached: c, Live: c}).Live(t.Context(), request(t, admissionv1.Update, tofu.Resource, annotated, terraform("lake", nil)))
	if diff := cmp.Diff(map[string]any{}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	changed := terraform("lake", func(t *tofu.Terraform) { t.Generation = 2 })
	bare := of(t, nil)
	got, err = cluster.New(cluster.Config{Cached: bare, Live: bare}).Live(t.Context(), request(t, admissionv1.Update, tofu.Resource, changed, terraform("lake", nil)))
	if found, _ := got["missing"].([]any); err != nil || len(found) != 2 {
		t.Errorf("%v, %v: want source and account", got, err)
	}
}

// TestErrorsHoldNoValue: an API error may quote what it could not read.
func TestErrorsHoldNoValue(t *testing.T) {
	object := terraform("lake", func(t *tofu.Terraform) {
		t.Spec.VarsFrom = []tofu.VarsReference{{Kind: "Secret", Name: "airbyte", VarsKeys: []string{"k"}}}
	})
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"forbidden": {apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "airbyte", errors.New(planted)), "look for Secret lake/airbyte: Forbidden"},
		"decoder":   {fmt.Errorf("json: cannot decode %q", planted), "look for Secret lake/airbyte: the API server cannot be asked"},
		"late":      {fmt.Errorf("%s: %w", planted, context.DeadlineExceeded), "look for Secret lake/airbyte: no answer in time"},
	} {
		c := of(t, func(object any, _ string) error {
			if _, ok := object.(*corev1.Secret); ok {
				return tc.err
			}
			return nil
		})
		_, err := cluster.New(cluster.Config{Cached: c, Live: c}).Live(t.Context(), request(t, admissionv1.Create, tofu.Resource, object, nil))
		if err == nil || err.Error() != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}
