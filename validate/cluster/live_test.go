package cluster_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/cluster"
)

const planted = "hunter2"

// of makes a cluster of objects; fail, when not nil, may make a call fail.
func of(t testing.TB, fail func(object any, name string) error, objects ...client.Object) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, tofu.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	b := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...)
	if fail != nil {
		b = b.WithInterceptorFuncs(interceptor.Funcs{
			Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
				if err := fail(o, key.Name); err != nil {
					return err
				}
				return c.Get(ctx, key, o, options...)
			},
			List: func(ctx context.Context, c client.WithWatch, o client.ObjectList, options ...client.ListOption) error {
				if err := fail(o, ""); err != nil {
					return err
				}
				return c.List(ctx, o, options...)
			},
		})
	}
	return b.Build()
}

func terraform(name string, change func(*tofu.Terraform)) *tofu.Terraform {
	t := &tofu.Terraform{
		TypeMeta:   metav1.TypeMeta{APIVersion: tofu.GroupVersion().String(), Kind: tofu.Kind},
		ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: name, Generation: 1},
	}
	t.Spec.SourceRef = tofu.SourceReference{Kind: "GitRepository", Name: "lake"}
	if change != nil {
		change(t)
	}
	return t
}

func fact(name, suffix, backend, account string) map[string]any {
	return map[string]any{"namespace": "lake", "name": name, "workspace": "default", "suffix": suffix, "backend": backend, "service_account": account}
}

func request(t testing.TB, operation admissionv1.Operation, resource string, object, old any) *admissionv1.AdmissionRequest {
	t.Helper()
	r := &admissionv1.AdmissionRequest{Operation: operation, Namespace: "lake", Resource: metav1.GroupVersionResource{Version: "v1", Resource: resource}}
	if resource == tofu.Resource {
		r.Resource = metav1.GroupVersionResource{Group: tofu.Group, Version: tofu.Version, Resource: resource}
	}
	for to, from := range map[*runtime.RawExtension]any{&r.Object: object, &r.OldObject: old} {
		if from != nil {
			text, err := json.Marshal(from)
			if err != nil {
				t.Fatal(err)
			}
			to.Raw = text
		}
	}
	return r
}

func suffixed(s string) func(*tofu.Terraform) {
	return func(t *tofu.Terraform) { t.Spec.BackendConfig = &tofu.BackendConfig{SecretSuffix: s} }
}

func TestTerraforms(t *testing.T) {
	custom := terraform("c", func(t *tofu.Terraform) { t.Spec.BackendConfig = &tofu.BackendConfig{CustomConfiguration: "x"} })
	off := terraform("d", func(t *tofu.Terraform) { t.Spec.BackendConfig = &tofu.BackendConfig{Disable: true} })
	cloud := terraform("e", func(t *tofu.Terraform) { t.Spec.Cloud = &tofu.Cloud{} })
	blue := terraform("blue", func(t *tofu.Terraform) {
		suffixed("airbyte")(t)
		t.Spec.ServiceAccountName = "runner"
	})
	elsewhere := terraform("blue", suffixed("airbyte"))
	elsewhere.Namespace = "other"
	c := of(t, nil, blue, terraform("green", nil), custom, off, cloud, elsewhere)
	stale := of(t, nil)
	all := []any{fact("blue", "airbyte", "secret", "runner"), fact("c", "c", "custom", "tf-runner"), fact("d", "d", "disabled", "tf-runner"), fact("e", "e", "custom", "tf-runner")}
	for name, tc := range map[string]struct {
		object, old *tofu.Terraform
		want        any
	}{
		"created":             {terraform("green", suffixed("airbyte")), nil, all},
		"moved":               {terraform("green", suffixed("airbyte")), terraform("green", nil), all},
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
	lake, airbyte := terraform("lake", nil), terraform("blue", suffixed("airbyte"))
	off := terraform("off", func(t *tofu.Terraform) { t.Spec.BackendConfig = &tofu.BackendConfig{Disable: true} })
	objects := []client.Object{lake, airbyte, off}
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

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func TestState(t *testing.T) {
	resource := func(mode, address string, instances ...string) string {
		kind, name, _ := strings.Cut(address, ".")
		return fmt.Sprintf(`{"mode":%q,"type":%q,"name":%q,"instances":[%s]}`, mode, kind, name, strings.Join(instances, ","))
	}
	full := func(resources ...string) []byte {
		return packed(`{"version":4,"serial":3,"lineage":"x","outputs":{"password":{"value":"` + planted + `"}},"resources":[` + strings.Join(resources, ",") + `]}`)
	}
	var many []string
	var first20 []any
	for i := range 30 {
		many = append(many, resource("managed", fmt.Sprintf("a.r%02d", i), "{}"))
		if i < 20 {
			first20 = append(first20, fmt.Sprintf("a.r%02d", i))
		}
	}
	said := func(count int, addresses ...any) map[string]any {
		return map[string]any{"secret": "tfstate-default-lake", "found": true, "resources": count, "addresses": append([]any{}, addresses...)}
	}
	var none any
	for name, tc := range map[string]struct {
		data   []byte
		change func(*tofu.Terraform)
		fail   error
		want   any
	}{
		"two resources": {data: full(resource("managed", "airbyte_source.a", "{}"), resource("data", "airbyte_source.d", "{}"), resource("managed", "airbyte_source.b", "{}")), want: said(2, "airbyte_source.a", "airbyte_source.b")},
		"instances":     {data: full(resource("managed", "x.y", `{"index_key":0,"attributes":{"p":"`+planted+`"}}`, `{"index_key":"k"}`), resource("managed", "x.gone")), want: said(2, "x.y[0]", `x.y["k"]`)},
		"in a module":   {data: full(`{"module":"module.m[0]","mode":"managed","type":"x","name":"y","instances":[{}]}`), want: said(1, "module.m[0].x.y")},
		"many":          {data: full(many...), want: said(30, first20...)},
		"long address":  {data: full(resource("managed", "x."+strings.Repeat("y", 9000), "{}")), want: said(1, "x."+strings.Repeat("y", 198)+"…")},
		"nothing left":  {data: full(), want: said(0)},
		"never applied": {want: map[string]any{"secret": "tfstate-default-lake", "found": false, "resources": 0, "addresses": []any{}}},
		"encrypted":     {data: packed(`{"encrypted_data":"x","encryption_version":"v0","meta":{}}`), want: none},
		"no gzip":       {data: []byte(`{"version":4}`), want: none},
		"cut short":     {data: full("{}")[:20], want: none},
		"a bomb":        {data: packed(`{"version":4,"resources":[]}` + strings.Repeat(" ", 33<<20)), want: none},
		"forbidden":     {data: full(), fail: apierrors.NewForbidden(schema.GroupResource{}, "", nil), want: none},
		"elsewhere":     {data: full(), change: func(t *tofu.Terraform) { t.Spec.Cloud = &tofu.Cloud{} }, want: none},
	} {
		t.Run(name, func(t *testing.T) {
			var objects []client.Object
			if tc.data != nil {
				objects = append(objects, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "tfstate-default-lake"}, Data: map[string][]byte{"tfstate": tc.data}})
			}
			c := of(t, func(any, string) error { return tc.fail }, objects...)
			got, err := cluster.New(cluster.Config{Cached: c, Live: c}).Live(t.Context(), request(t, admissionv1.Delete, tofu.Resource, nil, terraform("lake", tc.change)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]any{"state": tc.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOtherResources(t *testing.T) {
	got, err := cluster.New(cluster.Config{}).Live(t.Context(), request(t, admissionv1.Create, "configmaps", map[string]any{}, nil))
	if got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestMalformedObjects(t *testing.T) {
	for resource, want := range map[string]string{
		tofu.Resource: "read the object: it is no Terraform object of infra.contrib.fluxcd.io/v1alpha2",
		"secrets":     "read the Secret's metadata: it has none that is valid",
	} {
		r := request(t, admissionv1.Create, resource, map[string]any{"metadata": map[string]any{"name": []string{planted}}}, nil)
		if _, err := cluster.New(cluster.Config{}).Live(t.Context(), r); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// FuzzState: no state takes the process down.
func FuzzState(f *testing.F) {
	f.Add([]byte(`{"version":4,"resources":[{"mode":"managed","type":"a","name":"b","instances":[{"index_key":1.5}]}]}`), true)
	f.Add([]byte("\x1f\x8b"), false)
	f.Fuzz(func(t *testing.T, data []byte, pack bool) {
		if pack {
			data = packed(string(data))
		}
		c := of(t, nil, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "lake", Name: "tfstate-default-lake"}, Data: map[string][]byte{"tfstate": data}})
		if _, err := cluster.New(cluster.Config{Cached: c, Live: c}).Live(t.Context(), request(t, admissionv1.Delete, tofu.Resource, nil, terraform("lake", nil))); err != nil {
			t.Error(err)
		}
	})
}
