package validate

import (
	"encoding/json"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/cluster"
	"github.com/lotus-lake/lotus-gate/validate/page"
)

// TestRequestExamples puts the examples of all rules on requests through the
// handler: as AdmissionRequests, from which it makes the same documents.
func TestRequestExamples(t *testing.T) {
	set, engine := shipped(t)
	seen := 0
	for _, rule := range set.Rules() {
		if rule.Scope != "request" {
			continue
		}
		seen++
		examples := examplesOf(t, set, rule.ID)
		for _, x := range slices.Concat(examples.Good, examples.Bad) {
			t.Run(rule.ID+"/"+x.Name, func(t *testing.T) {
				r := requestOf(t, x)
				j := judgement{
					Policies: Policies{Set: set, Engine: engine}, live: facts(plainOf(t, x.Request.Live)),
					request: &r.AdmissionRequest, entry: rule.Webhook(),
				}
				found, err := j.findings(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var got, want []said
				for _, f := range found {
					if f.Rule == rule.ID {
						got = append(got, said{f.Rule, f.Message, f.Field})
					}
				}
				for _, f := range x.Findings {
					want = append(want, said{rule.ID, f.Message, f.Field})
				}
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Errorf("(-example +handler):\n%s", diff)
				}
			})
		}
	}
	if seen < 4 {
		t.Errorf("%d rules on requests: where are the others?", seen)
	}
}

// requestOf makes an AdmissionRequest of an example.
func requestOf(t *testing.T, x page.Example) admission.Request {
	t.Helper()
	group, version, resource := policy.SplitResource(x.Request.Resource)
	r := admissionv1.AdmissionRequest{
		Operation: admissionv1.Operation(x.Request.Operation), Namespace: x.Request.Namespace, Name: x.Request.Name,
		Resource: metav1.GroupVersionResource{Group: group, Version: version, Resource: resource},
		UserInfo: authenticationv1.UserInfo{Username: x.Request.User.Name, Groups: x.Request.User.Groups},
		Object:   raw(t, x.Request.Object), OldObject: raw(t, x.Request.OldObject),
	}
	if x.Request.Operation == "UPDATE" && !x.Request.Unchanged { // examples show no data that could differ
		r.Object = raw(t, different(x.Request.Object))
	}
	return admission.Request{AdmissionRequest: r}
}

// different is the object with other data, which rules do not see.
func different(object map[string]any) map[string]any {
	changed := map[string]any{}
	for key, value := range object {
		changed[key] = value
	}
	if data, ok := object["data"].(map[string]any); ok {
		other := map[string]any{}
		for key := range data {
			other[key] = "b3RoZXI="
		}
		changed["data"] = other
	}
	return changed
}

func plainOf(t *testing.T, value map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	plain := map[string]any{}
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

// TestSharedStateParity: what manifest/shared_state says of a repository,
// state/shared says of its objects when they are created one after the other.
func TestSharedStateParity(t *testing.T) {
	set, engine := shipped(t)
	examples := examplesOf(t, set, "manifest/shared_state")
	refused := 0
	for _, x := range slices.Concat(examples.Good, examples.Bad) {
		t.Run(x.Name, func(t *testing.T) {
			live := emptyCluster(t)
			var got, want []string
			for _, doc := range documentsOf(t, x, []string{"manifest"}) {
				object := doc.Input["object"].(map[string]any)
				r := create(t, terraforms, object)
				j := judgement{
					Policies: Policies{Set: set, Engine: engine}, live: cluster.New(cluster.Config{Cached: live, Live: live}),
					request: &r.AdmissionRequest,
				}
				found, err := j.findings(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range found {
					if f.Rule == "state/shared" {
						got = append(got, f.Message)
					}
				}
				var created tofu.Terraform
				if err := json.Unmarshal(r.Object.Raw, &created); err != nil {
					t.Fatal(err)
				}
				if err := live.Create(t.Context(), &created); err != nil {
					t.Fatal(err)
				}
			}
			for _, f := range x.Findings {
				want = append(want, f.Message)
				refused++
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("(-git +cluster):\n%s", diff)
			}
		})
	}
	if refused == 0 {
		t.Error("no example was refused")
	}
}

func emptyCluster(t *testing.T) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, tofu.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return fake.NewClientBuilder().WithScheme(scheme).Build()
}
