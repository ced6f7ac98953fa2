package validate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/request"
)

// outcome is an answer in brief.
type outcome struct {
	Allowed bool
	Code    int32
	Message string
}

func outcomeOf(r admission.Response) outcome {
	o := outcome{Allowed: r.Allowed}
	if r.Result != nil && !r.Allowed {
		o.Code, o.Message = r.Result.Code, r.Result.Message
	}
	return o
}

// streams is a ConfigMap of stream configurations.
func streams(data map[string]any) map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "shopify", "namespace": "lake", "labels": map[string]any{request.SourceLabel: "shopify"}},
		"data":     data,
	}
}

// TestLimits: what is too large or too deep is told, in bounded time and memory.
func TestLimits(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	manyStreams := map[string]any{}
	for i := range 501 {
		manyStreams[fmt.Sprintf("s%03d.json", i)] = "{}"
	}
	large := stateSecret()
	large["data"] = map[string]any{"tfstate": strings.Repeat("QUJD", 3<<20/4)}
	nested := map[string]any{"x": 1}
	for range 1200 {
		nested = map[string]any{"x": nested}
	}
	wide := make([]any, 260_000)
	glued := strings.TrimSuffix(strings.Repeat(`{"a":"b"},`, 200_000), ",")

	for name, tc := range map[string]struct {
		request admission.Request
		want    outcome
	}{
		"3 MiB of state, unchanged": {update(t, secrets, large, large), outcome{Allowed: true}},
		"3 MiB of state, deleted":   {remove(t, secrets, large), outcome{Code: 403, Message: strings.ReplaceAll(deleteRefusal, "Terraform object lake.", "a Terraform object that is not there.")}},
		"an object of 1,200 levels": {
			create(t, terraforms, terraform(map[string]any{"values": nested})),
			outcome{Code: 500, Message: "no verdict: the object: line 1, column 5229: nested deeper than 1000 levels"},
		},
		"an object of 260,000 values": {
			create(t, terraforms, terraform(map[string]any{"values": wide})),
			outcome{Code: 500, Message: "no verdict: the object: line 1, column 1250175: more than 250000 values in one file"},
		},
		"a stream of 100,000 levels": {
			create(t, configMaps, streams(map[string]any{"orders.json": deep})),
			outcome{Code: 403, Message: "stream/schema: stream configuration does not parse: nested deeper than 1000 levels (orders.json). Fix: correct what the message names; `gate check` tells when the file is right. More: " + docs + "stream/schema.md"},
		},
		"a stream of 200,000 objects": {
			create(t, configMaps, streams(map[string]any{"orders.json": "[" + glued + "]"})),
			outcome{Code: 403, Message: "stream/schema: stream configuration does not parse: more than 250000 values in one file (orders.json). Fix: correct what the message names; `gate check` tells when the file is right. More: " + docs + "stream/schema.md"},
		},
		"too many streams": {create(t, configMaps, streams(manyStreams)), outcome{Code: 500, Message: "no verdict: more than 500 stream configurations in one ConfigMap"}},
		"no streams":       {create(t, configMaps, streams(map[string]any{"README": "{", "_catalog.json": "{", "orders.schema.json": "["})), outcome{Allowed: true}},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			h := shippedHandler(t, nil, policy.Config{})
			h.Handle(t.Context(), create(t, tc.request.Resource, map[string]any{})) // compile first
			runtime.ReadMemStats(&before)
			began := time.Now()
			got := outcomeOf(h.Handle(t.Context(), tc.request))
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; took > 10*time.Second || allocated > 400<<20 {
				t.Errorf("%s and %d MiB", took, allocated>>20)
			}
		})
	}
}

// TestNoVerdictInTime: a request that nobody waits for any more ends.
func TestNoVerdictInTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	h := shippedHandler(t, waiting{}, policy.Config{})
	want := outcome{Code: 500, Message: "no verdict: ask the cluster: context deadline exceeded"}
	if diff := cmp.Diff(want, outcomeOf(h.Handle(ctx, remove(t, secrets, stateSecret())))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// waiting is a Live that never answers.
type waiting struct{}

func (waiting) Live(ctx context.Context, _ *admissionv1.AdmissionRequest) (map[string]any, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestNoValueIsTold: whatever becomes of a request on a Secret, its values are
// neither in the answer nor in the log, nor among what rules see.
func TestNoValueIsTold(t *testing.T) {
	var lines bytes.Buffer
	ctx := log.IntoContext(t.Context(), funcr.New(func(prefix, args string) { fmt.Fprintln(&lines, prefix, args) }, funcr.Options{Verbosity: 9}))
	changed := stateSecret()
	changed["stringData"] = map[string]any{"extra": "planted"}
	broken := remove(t, secrets, stateSecret())
	broken.OldObject.Raw = broken.OldObject.Raw[:len(broken.OldObject.Raw)-8]
	for name, r := range map[string]admission.Request{
		"update": update(t, secrets, stateSecret(), changed), "delete": remove(t, secrets, stateSecret()), "broken": broken,
	} {
		lines.Reset()
		response := shippedHandler(t, nil, policy.Config{}).Handle(ctx, r)
		text, err := json.Marshal(response)
		if err != nil {
			t.Fatal(err)
		}
		if lines.Len() == 0 || response.Allowed {
			t.Errorf("%s: allowed, or nothing logged", name)
		}
		for _, secret := range []string{"cGxhbnRlZA", "planted"} {
			if strings.Contains(string(text), secret) || strings.Contains(lines.String(), secret) {
				t.Errorf("%s: %s is in\n%s\n%s", name, secret, text, lines.String())
			}
		}
	}
}

// FuzzHandle: whatever an object holds, there is an answer, and no panic.
func FuzzHandle(f *testing.F) {
	for _, seed := range []string{
		`{"apiVersion":"infra.contrib.fluxcd.io/v1alpha2","kind":"Terraform","metadata":{"name":"lake"},"spec":{"force":true}}`,
		`{"metadata":{"labels":{"lotus-gate.dev/stream-source":"shopify"}},"data":{"orders.json":"{\"sync_mode\":5}"},"binaryData":{"b.json":"e30="}}`,
		`{"metadata":{"name":"tfstate-default-lake","labels":[]},"data":"x"}`, `{"metadata":[]}`, `[]`, `null`, `{`, "",
	} {
		f.Add([]byte(seed), []byte(seed))
	}
	h := shippedHandler(f, nil, policy.Config{})
	f.Fuzz(func(t *testing.T, object, old []byte) {
		for _, resource := range []string{"terraforms", "secrets", "configmaps"} {
			for _, operation := range []admissionv1.Operation{admissionv1.Create, admissionv1.Update, admissionv1.Delete} {
				r := admissionv1.AdmissionRequest{Operation: operation, Resource: configMaps, Namespace: "lake"}
				if r.Resource.Resource = resource; resource == "terraforms" {
					r.Resource = terraforms
				}
				r.Object.Raw, r.OldObject.Raw = object, old
				if got := h.Handle(t.Context(), admission.Request{AdmissionRequest: r}); !got.Allowed && got.Result.Code != 403 && got.Result.Code != 500 {
					t.Errorf("%+v", got)
				}
			}
		}
	})
}
