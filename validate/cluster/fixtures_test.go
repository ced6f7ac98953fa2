package cluster_test

import (
	"context"
	"encoding/json"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/lotus-lake/lotus-gate/tofu"
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

// airbyte keeps the state of an object under that suffix.
func airbyte(t *tofu.Terraform) { t.Spec.BackendConfig = &tofu.BackendConfig{SecretSuffix: "airbyte"} }
