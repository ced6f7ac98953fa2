package cluster_test

import (
	"errors"
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

func TestTerraforms(t *testing.T) {
	custom := terraform("c", func(t *tofu.Terraform) { t.Spec.BackendConfig = &tofu.BackendConfig{CustomConfiguration: "x"} })
	off := terraform("d", func(t *tofu.Terraform) { t.Spec.BackendConfig = &tofu.BackendConfig{Disable: true} })
	cloud := terraform("e", func(t *tofu.Terraform) { t.Spec.Cloud = &tofu.Cloud{} })
	blue := terraform("blue", func(t *tofu.Terraform) {
		airbyte(t)
		t.Spec.ServiceAccountName = "runner"
	})
	elsewhere := terraform("blue", airbyte)
	elsewhere.Namespace = "other"
	c := of(t, nil, blue, terraform("green", nil), custom, off, cloud, elsewhere)
	stale := of(t, nil)
	all := []any{fact("blue", "airbyte", "secret", "runner"), fact("c", "c", "custom", "tf-runner"), fact("d", "d", "disabled", "tf-runner"), fact("e", "e", "custom", "tf-runner")}
	for name, tc := range map[string]struct {
		object, old *tofu.Terraform
		want        any
	}{
		"created":             {terraform("green", airbyte), nil, all},
		"moved":               {terraform("green", airbyte), terraform("green", nil), all},
		"changed, not moved":  {terraform("green", func(t *tofu.Terraform) { t.Spec.Force = true }), terraform("green", nil), nil},
		"to a backend of its": {terraform("green", func(t *tofu.Terraform) { t.Spec.BackendConfigsFrom = []tofu.BackendReference{{Kind: "Secret"}} }), terraform("green", nil), all},
	} {
		t.Run(name, func(t *testing.T) {
			operation, old := admissionv1.Create, any(nil)
			if tc.old != nil {
				operation, old = admissionv1.Update, tc.old
			}
			got, err := cluster.New(cluster.Config{Cached: stale, Live: c}).Live(t.Context(), request(t, operation, tofu.Resource, tc.object, old))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got["terraforms"]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOwners(t *testing.T) {
	lake, blue := terraform("lake", nil), terraform("blue", airbyte)
	off := terraform("off", func(t *tofu.Terraform) { t.Spec.BackendConfig = &tofu.BackendConfig{Disable: true} })
	objects := []client.Object{lake, blue, off}
	ofLake, ofBlue, ofOff := fact("lake", "lake", "secret", "tf-runner"), fact("blue", "airbyte", "secret", "tf-runner"), fact("off", "off", "disabled", "tf-runner")
	for name, tc := range map[string]struct {
		secret string
		labels map[string]string
		want   []any
	}{
		"state":               {secret: "tfstate-default-lake", want: []any{ofLake}},
		"state by its suffix": {secret: "tfstate-default-airbyte", want: []any{ofBlue}},
		"state by its labels": {secret: "copy", labels: map[string]string{"tfstate": "true", "tfstateWorkspace": "default", "tfstateSecretSuffix": "airbyte"}, want: []any{ofBlue}},
		"plan":                {secret: "tfplan-default-lake", want: []any{ofLake}},
		"part of a plan":      {secret: "tfplan-default-lake-12", want: []any{ofLake}},
		"plan by its labels":  {secret: "copy", labels: map[string]string{tofu.Group + "/plan-name": "blue", tofu.Group + "/plan-workspace": "default"}, want: []any{ofBlue}},
		"plan without state":  {secret: "tfplan-default-off", want: []any{ofOff}},
		"nobody's":            {secret: "tfstate-default-off", want: []any{}},
		"no part":             {secret: "tfplan-default-lake-x", want: []any{}},
		"another workspace":   {secret: "tfstate-test-lake", want: []any{}},
	} {
		t.Run(name, func(t *testing.T) {
			secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: tc.secret, Namespace: "lake", Labels: tc.labels}}
			want := map[string]any{"terraforms": tc.want}
			full, empty := of(t, nil, objects...), of(t, nil)
			for _, config := range []cluster.Config{{Cached: full, Live: full}, {Cached: empty, Live: full}, {Cached: of(t, func(any, string) error { return errors.New("behind") }), Live: full}} {
				got, err := cluster.New(config).Live(t.Context(), request(t, admissionv1.Delete, "secrets", nil, secret))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestLiveIsAskedOnlyWithoutOwner: the cache answers alone where it knows the owner.
func TestLiveIsAskedOnlyWithoutOwner(t *testing.T) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "tfstate-default-lake", Namespace: "lake"}}
	down := of(t, func(any, string) error { return apierrors.NewInternalError(errors.New(planted)) })
	r := request(t, admissionv1.Update, "secrets", secret, secret)
	if _, err := cluster.New(cluster.Config{Cached: of(t, nil, terraform("lake", nil)), Live: down}).Live(t.Context(), r); err != nil {
		t.Error(err)
	}
	_, err := cluster.New(cluster.Config{Cached: of(t, nil), Live: down}).Live(t.Context(), r)
	if want := "list Terraform objects: InternalError"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestWithoutTofuController: state of other tools can be judged where there are no
// Terraform objects at all.
func TestWithoutTofuController(t *testing.T) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "tfstate-default-lake", Namespace: "lake"}}
	bare := of(t, func(any, string) error {
		return &meta.NoKindMatchError{GroupKind: schema.GroupKind{Group: tofu.Group, Kind: tofu.Kind}}
	})
	got, err := cluster.New(cluster.Config{Cached: bare, Live: bare}).Live(t.Context(), request(t, admissionv1.Delete, "secrets", nil, secret))
	if diff := cmp.Diff(map[string]any{"terraforms": []any{}}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
