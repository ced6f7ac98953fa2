package refresh_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	evanphx "github.com/evanphx/json-patch/v5"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	"gomodules.xyz/jsonpatch/v2"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/patch"
	"github.com/lotus-lake/lotus-gate/mutate/refresh"
	"github.com/lotus-lake/lotus-gate/mutate/rerun"
)

// fixed digests of every reference, or an error.
type fixed struct {
	sum string
	err error
}

func (f fixed) Read(_ context.Context, _ string, refs []digest.Ref) (map[string]digest.Digests, error) {
	sums := map[string]digest.Digests{}
	for _, ref := range refs {
		sums[ref.ID()] = digest.Digests{"k1": f.sum}
	}
	return sums, f.err
}

func admitter(values refresh.Values, labels map[string]string, revision string) *refresh.Admitter {
	source := &sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "lake"}}
	source.Status.Artifact = &fluxmeta.Artifact{Revision: revision, Digest: "sha256:x"}
	reader := fake.NewClientBuilder().WithScheme(newScheme()).WithObjects(source).Build()
	return refresh.NewAdmitter(refresh.AdmitterConfig{
		NamespaceLabels: func(context.Context, string) (map[string]string, error) { return labels, nil },
		Sources:         reader, Metadata: reader, Values: values,
		Ring: func(context.Context, string) digest.Keyring { return digest.Keyring{Current: "k1"} },
	})
}

const (
	sumOne = "00000001aaaaaaaaaaaaaaaaaaaaaaaa"
	sumTwo = "00000001bbbbbbbbbbbbbbbbbbbbbbbb"
)

func object(metadata, template, more string) string {
	return `{"apiVersion":"infra.contrib.fluxcd.io/v1alpha2","kind":"Terraform","metadata":{"name":"lake","namespace":"ns","generation":4` + metadata + `},
"spec":{"interval":"1h","approvePlan":"auto","sourceRef":{"kind":"GitRepository","name":"lake"},"varsFrom":[{"kind":"Secret","name":"vars"}],
"unknown":{"kept":[1]}` + template + more + `},"status":{"observedGeneration":4,"lastAttemptedRevision":"` + revA + `"}}`
}

func record(change func(*rerun.Record)) string {
	r := rerun.Record{Revision: revA, Digest: "sha256:x", Key: "k1", Inputs: map[string]string{"Secret/vars": sumOne}}
	if change != nil {
		change(&r)
	}
	text, err := json.Marshal(r.String())
	if err != nil {
		panic(err)
	}
	return string(text)
}

func annotations(record string) string {
	return `,"annotations":{"lotus-gate.dev/refresh":` + record + `}`
}

func TestAdmissionRequests(t *testing.T) {
	const bump = `,"runnerPodTemplate":{"metadata":{"annotations":{"lotus-gate.dev/inputs":"x"}}}`
	const bare = `,"runnerPodTemplate":{"spec":{"image":"i"}}`
	const bumped = `,"runnerPodTemplate":{"metadata":{"annotations":{"lotus-gate.dev/inputs":"x"}},"spec":{"image":"i"}}`
	unread := errors.New("the API server is slow")
	for name, c := range map[string]struct {
		values      fixed
		labels      map[string]string
		revision    string
		object, old string
		want        map[string]string // annotation -> value; the template's as "template"
		fails       bool
	}{
		"created": {
			object: object("", "", ""), want: map[string]string{"lotus-gate.dev/refresh": record(func(r *rerun.Record) { r.Generation = 1 })},
		},
		"created in a namespace that opted out": {
			object: object("", "", ""), labels: map[string]string{"lotus-gate.dev/refresh-mode": "disabled"},
		},
		"created where only reports are wished for": {
			object: object("", "", ""), labels: map[string]string{"lotus-gate.dev/refresh-mode": "dry-run"},
		},
		"created, opted out by itself": {object: object(`,"annotations":{"lotus-gate.dev/refresh-mode":"disabled"}`, "", "")},
		"created, a misspelt mode":     {object: object(`,"annotations":{"lotus-gate.dev/refresh-mode":"on"}`, "", ""), fails: true},
		"created, values cannot be read": {
			object: object("", "", ""), values: fixed{err: unread}, fails: true,
		},
		"applied again": {object: object(annotations(record(nil)), "", ""), old: object(annotations(record(nil)), "", "")},
		"replaced without us, values cannot be read": {
			object: object("", "", ""), old: object(annotations(record(nil)), "", ""), values: fixed{err: unread}, fails: true,
			want: map[string]string{"lotus-gate.dev/refresh": record(nil)},
		},
		"the template's annotation was dropped: put back, no change of the spec": {
			object: object(annotations(record(nil)), bare, ""), old: object(annotations(record(nil)), bumped, ""),
			want: map[string]string{"template": `"x"`},
		},
		"the template was dropped: a change of the spec": {
			object: object(annotations(record(nil)), "", ""), old: object(annotations(record(nil)), bump, ""),
			want: map[string]string{"lotus-gate.dev/refresh": record(func(r *rerun.Record) { r.Generation = 5 })},
		},
		"a field that we do not know changes: folded": {
			object: object(annotations(record(nil)), "", `,"parallelism":3`), old: object(annotations(record(nil)), "", ""), values: fixed{sum: sumTwo},
			want: map[string]string{"lotus-gate.dev/refresh": record(func(r *rerun.Record) {
				r.Generation, r.Inputs = 5, map[string]string{"Secret/vars": sumTwo}
			})},
		},
		"no object": {object: `{"metadata":[]}`, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.revision == "" {
				c.revision = revA
			}
			if c.values == (fixed{}) {
				c.values.sum = sumOne
			}
			a := admitter(c.values, c.labels, c.revision)
			request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
				Namespace: "ns", Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: []byte(c.object)},
			}}
			if c.old != "" {
				request.Operation, request.OldObject.Raw = admissionv1.Update, []byte(c.old)
			}
			changes, err := a.Admit(t.Context(), request)
			if (err != nil) != c.fails {
				t.Fatalf("error %v", err)
			}
			got := map[string]string{}
			for _, change := range changes {
				for name, value := range change.Annotations {
					if len(change.Path) > 1 {
						name = "template"
					}
					text, _ := json.Marshal(*value)
					got[name] = string(text)
				}
			}
			if c.want == nil {
				c.want = map[string]string{}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Fatalf("-want +got\n%s", diff)
			}
			if _, err := patch.Operations([]byte(c.object), changes); err != nil {
				t.Errorf("no patch can be made: %v", err)
			}
		})
	}
}

// A dry-run of server-side apply passes through admission twice more than a person
// sees; the second time there is nothing to change.
func TestAdmittedTwice(t *testing.T) {
	for name, c := range map[string]struct{ object, old string }{
		"created":   {object("", "", ""), ""},
		"updated":   {object("", "", ""), object(annotations(record(nil)), "", "")},
		"rotated":   {object(annotations(record(nil)), "", ""), object(annotations(record(nil)), "", "")},
		"respected": {object("", "", `,"parallelism":3`), object(annotations(record(nil)), "", "")},
	} {
		t.Run(name, func(t *testing.T) {
			a := admitter(fixed{sum: sumTwo}, nil, revB)
			raw := []byte(c.object)
			for pass := range 2 {
				request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{Namespace: "ns", Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: raw}}}
				if c.old != "" {
					request.Operation, request.OldObject.Raw = admissionv1.Update, []byte(c.old)
				}
				changes, err := a.Admit(t.Context(), request)
				if err != nil {
					t.Fatal(err)
				}
				operations, err := patch.Operations(raw, changes)
				if err != nil {
					t.Fatal(err)
				}
				if pass == 0 && len(operations) == 0 {
					t.Fatal("nothing to do the first time")
				}
				if pass == 1 && len(operations) > 0 {
					t.Fatalf("the second time: %v", operations)
				}
				raw = apply(t, raw, operations)
			}
		})
	}
}

func apply(t *testing.T, raw []byte, operations []jsonpatch.Operation) []byte {
	t.Helper()
	text, err := json.Marshal(operations)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := evanphx.DecodePatch(text)
	if err != nil {
		t.Fatal(err)
	}
	out, err := decoded.Apply(raw)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
