package mutate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"
	"gomodules.xyz/jsonpatch/v2"
	admissionv1 "k8s.io/api/admission/v1"
	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/patch"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

var testRing = digest.Keyring{Current: "k", Keys: map[string][]byte{"k": bytes.Repeat([]byte{1}, digest.KeyLength)}}

// reader answers with the digests of Secrets that are all alike.
type reader struct {
	err   error
	panic bool
	reads int
}

var secretData = map[string][]byte{"k": []byte("planted-value")}

func (r *reader) Read(_ context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error) {
	r.reads++
	if r.panic {
		panic("planted-value")
	}
	now := map[string]digest.Digests{}
	for _, ref := range refs {
		now[ref.ID()] = testRing.Digests(namespace, ref, secretData, true)
	}
	return now, r.err
}

type terraform struct {
	changes []patch.Change
	err     error
}

func (t terraform) Admit(context.Context, admission.Request) ([]patch.Change, error) {
	return t.changes, t.err
}

// object of a workload with a template that uses Secret a.
func object(annotations string) string {
	return `{"metadata":{"name":"w","annotations":{` + annotations + `}},"spec":{"template":{"metadata":{},"spec":{"containers":[{"name":"c","image":"v1","env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"a","key":"k"}}}]}]}}}}`
}

func request(operation admissionv1.Operation, resource metav1.GroupVersionResource, object, old string) admission.Request {
	return admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Operation: operation, Resource: resource, Namespace: "ns", Name: "w",
		Object: runtime.RawExtension{Raw: []byte(object)}, OldObject: runtime.RawExtension{Raw: []byte(old)},
	}}
}

func TestHandle(t *testing.T) {
	deployments := metav1.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	terraforms := metav1.GroupVersionResource{Group: "infra.contrib.fluxcd.io", Version: "v1alpha2", Resource: "terraforms"}
	ref := digest.Ref{Kind: digest.Secret, Name: "a", Keys: []digest.Key{{Name: "k"}}}
	baseline := secrethash.Baseline{Key: "k", Refs: map[string]string{"Secret/a": testRing.Digests("ns", ref, secretData, true)["k"]}}
	stamp := secrethash.Stamp(testRing, baseline, "")
	plain := object("")
	withTemplate := func(operation jsonpatch.Operation) []jsonpatch.Operation {
		return []jsonpatch.Operation{
			{Operation: "add", Path: "/metadata/annotations/lotus-gate.dev~1baseline", Value: baseline.String()}, operation,
		}
	}
	stamped := withTemplate(jsonpatch.Operation{Operation: "add", Path: "/spec/template/metadata/annotations", Value: map[string]any{secrethash.AnnotationHash: stamp}})
	audit := map[string]string{"secret-hash": "stamped"}
	annotated := `"` + secrethash.AnnotationBaseline + `":"{}"`
	away := errors.New("the API server is away")

	type change = func(*Config, *admission.Request)
	tests := map[string]struct {
		request admission.Request
		change  change
		reader  reader
		want    admission.Response // Allowed, code 200
		count   string             // of lotus_gate_mutations_total
		reads   int
	}{
		"created": {
			request: request(admissionv1.Create, deployments, plain, ""), reads: 1, count: "deployments patched",
			want: admission.Response{Patches: stamped, AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: audit}},
		},
		"created by a dry-run": {
			request: request(admissionv1.Create, deployments, plain, ""), reads: 1, count: "deployments patched",
			change: func(_ *Config, r *admission.Request) { r.DryRun = ptr.To(true) },
			want:   admission.Response{Patches: stamped, AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: audit}},
		},
		"namespace in dry-run": {
			request: request(admissionv1.Create, deployments, plain, ""), reads: 1, count: "deployments patched",
			change: func(c *Config, _ *admission.Request) {
				c.NamespaceLabels = func(context.Context, string) (map[string]string, error) {
					return map[string]string{secrethash.LabelRollout: "dry-run"}, nil
				}
			},
			want: admission.Response{Patches: stamped[:1], AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: audit}},
		},
		"mode misspelt": {
			request: request(admissionv1.Create, deployments, object(`"lotus-gate.dev/rollout":"off"`), ""), count: "deployments unchanged",
			want: admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Warnings: []string{
				`lotus-gate: annotation lotus-gate.dev/rollout: "off" is none of enabled, disabled, dry-run; taken as disabled`,
			}}},
		},
		"scaled": {request: request(admissionv1.Update, deployments, plain+" ", plain), count: "deployments unchanged"},
		"annotations edited, nothing is read": {
			request: request(admissionv1.Update, deployments, object(annotated), plain), count: "deployments patched",
			want: admission.Response{
				Patches:           []jsonpatch.Operation{{Operation: "remove", Path: "/metadata/annotations/lotus-gate.dev~1baseline"}},
				AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: map[string]string{"secret-hash": "restored"}},
			},
		},
		"our controller": {
			request: request(admissionv1.Update, deployments, object(annotated), plain),
			change: func(c *Config, r *admission.Request) {
				c.Controllers = []string{"system:serviceaccount:ns:lotus-gate"}
				r.UserInfo = authenticationv1.UserInfo{Username: "system:serviceaccount:ns:lotus-gate"}
			},
		},
		"our field manager": {
			request: request(admissionv1.Update, deployments, object(annotated), plain),
			change: func(_ *Config, r *admission.Request) {
				r.Options.Raw = []byte(`{"kind":"PatchOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"lotus-gate"}`)
			},
		},
		"another's field manager": {
			request: request(admissionv1.Create, deployments, plain, ""), reads: 1, count: "deployments patched",
			change: func(_ *Config, r *admission.Request) { r.Options.Raw = []byte(`{"fieldManager":"lotus-gates"}`) },
			want:   admission.Response{Patches: stamped, AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: audit}},
		},
		"values cannot be read": {
			request: request(admissionv1.Create, deployments, plain, ""), reader: reader{err: away}, reads: 1, count: "deployments failed",
			want: admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: map[string]string{"mutation-error": "the API server is away"}}},
		},
		"namespace cannot be read": {
			request: request(admissionv1.Create, deployments, plain, ""), count: "deployments failed",
			change: func(c *Config, _ *admission.Request) {
				c.NamespaceLabels = func(context.Context, string) (map[string]string, error) { return nil, away }
			},
			want: admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: map[string]string{"mutation-error": "labels of namespace ns: the API server is away"}}},
		},
		"object cannot be read": {
			request: request(admissionv1.Create, deployments, `{"spec":{"template":"planted-value"}}`, ""), count: "deployments failed",
			want: admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: map[string]string{"mutation-error": "the object is no workload of apps/v1 or batch/v1"}}},
		},
		"unknown version":       {request: request(admissionv1.Create, metav1.GroupVersionResource{Group: "apps", Version: "v2", Resource: "deployments"}, plain, "")},
		"unknown resource":      {request: request(admissionv1.Create, metav1.GroupVersionResource{Group: "apps", Version: "v1", Resource: "replicasets"}, plain, "")},
		"deleted":               {request: request(admissionv1.Delete, deployments, "", plain)},
		"created from nothing":  {request: request(admissionv1.Create, deployments, "", "")},
		"updated from nothing":  {request: request(admissionv1.Update, deployments, plain, "")},
		"subresource":           {request: request(admissionv1.Update, deployments, object(annotated), plain), change: func(_ *Config, r *admission.Request) { r.SubResource = "scale" }},
		"terraform, not wanted": {request: request(admissionv1.Create, terraforms, `{"metadata":{}}`, "")},
		"terraform": {
			request: request(admissionv1.Create, terraforms, `{"metadata":{}}`, ""), count: "terraforms patched",
			change: func(c *Config, _ *admission.Request) {
				c.Terraform = terraform{changes: []patch.Change{{Path: []string{"metadata"}, Annotations: map[string]*string{"a": ptr.To("1")}}}}
			},
			want: admission.Response{Patches: []jsonpatch.Operation{{Operation: "add", Path: "/metadata/annotations", Value: map[string]any{"a": "1"}}}},
		},
		"terraform, in part": {
			request: request(admissionv1.Update, terraforms, `{"metadata":{"annotations":{"a":"0"}}}`, `{}`), count: "terraforms failed",
			change: func(c *Config, _ *admission.Request) {
				c.Terraform = terraform{err: away, changes: []patch.Change{
					{Path: []string{"metadata"}, Annotations: map[string]*string{"a": ptr.To("1")}},
				}}
			},
			want: admission.Response{
				Patches:           []jsonpatch.Operation{{Operation: "replace", Path: "/metadata/annotations/a", Value: "1"}},
				AdmissionResponse: admissionv1.AdmissionResponse{AuditAnnotations: map[string]string{"mutation-error": "the API server is away"}},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			registry := prometheus.NewRegistry()
			config := Config{
				NamespaceLabels: func(context.Context, string) (map[string]string, error) { return nil, nil },
				Values:          &test.reader,
				Ring:            func(context.Context, string) digest.Keyring { return testRing },
				Metrics:         NewMetrics(registry),
			}
			if test.change != nil {
				test.change(&config, &test.request)
			}
			got := New(config).Handle(t.Context(), test.request)
			test.want.Allowed, test.want.Result = true, &metav1.Status{Code: 200}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]any{test.count, test.reads}, []any{counted(t, registry), test.reader.reads}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// counted is "resource result" of the one mutation that was counted.
func counted(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			text += metric.GetLabel()[0].GetValue() + " " + metric.GetLabel()[1].GetValue()
		}
	}
	return text
}

// A bug is no refusal, and tells its place but nothing that it held.
func TestHandlePanic(t *testing.T) {
	handler := New(Config{
		NamespaceLabels: func(context.Context, string) (map[string]string, error) { return nil, nil },
		Values:          &reader{panic: true},
		Ring:            func(context.Context, string) digest.Keyring { return testRing },
	})
	deployments := metav1.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	response := handler.Handle(t.Context(), request(admissionv1.Create, deployments, object(""), ""))
	text := response.AuditAnnotations["mutation-error"]
	if !response.Allowed || len(response.Patches) != 0 || !strings.Contains(text, "panic of type string at") || !strings.Contains(text, "Read:") || strings.Contains(text, "planted") {
		t.Errorf("%+v", response)
	}
}

// Large objects with thousands of containers take time as their decoding does, whatever can be done with them.
func TestHandleLargeObjects(t *testing.T) {
	var containers []map[string]any
	for i := range 5000 {
		containers = append(containers, map[string]any{"name": fmt.Sprintf("c%d", i), "args": []string{strings.Repeat("x", 400)}, "env": []any{
			map[string]any{"name": "E", "valueFrom": map[string]any{"secretKeyRef": map[string]any{"name": fmt.Sprintf("secret-%d", i%100), "key": "k"}}},
		}})
	}
	text := func(image string) string {
		containers[0]["image"] = image
		raw, err := json.Marshal(map[string]any{"metadata": map[string]any{}, "spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": containers}}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	handler := New(Config{
		NamespaceLabels: func(context.Context, string) (map[string]string, error) { return nil, nil },
		Values:          &reader{},
		Ring:            func(context.Context, string) digest.Keyring { return testRing },
	})
	deployments := metav1.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	one, two := text("v1"), text("v2")
	for name, request := range map[string]admission.Request{
		"create": request(admissionv1.Create, deployments, one, ""), "scale": request(admissionv1.Update, deployments, one, one), "change": request(admissionv1.Update, deployments, one, two),
	} {
		began := time.Now()
		for _, text := range []string{one, two} {
			if err := json.Unmarshal([]byte(text), &appsv1.Deployment{}); err != nil {
				t.Fatal(err)
			}
		}
		decoding := time.Since(began)
		began = time.Now()
		response := handler.Handle(t.Context(), request)
		took := time.Since(began)
		t.Logf("%s: %d KiB took %v, decoding two objects %v", name, len(one)>>10, took, decoding)
		if took > 10*decoding || (len(response.Patches) == 2) != (name != "scale") || len(response.AuditAnnotations) != len(response.Patches)/2 {
			t.Errorf("%s: took %v, decoding %v, %d patches, %v", name, took, decoding, len(response.Patches), response.AuditAnnotations)
		}
	}
}
