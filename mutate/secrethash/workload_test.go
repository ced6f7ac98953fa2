package secrethash

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "sigs.k8s.io/json"
)

// kinds of workloads by resource, each with the template.
func kinds(annotations map[string]string, template corev1.PodTemplateSpec) map[string]runtime.Object {
	meta := metav1.ObjectMeta{Name: "w", Annotations: annotations}
	return map[string]runtime.Object{
		"deployments":  &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Template: template}},
		"statefulsets": &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Template: template}},
		"daemonsets":   &appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Template: template}},
		"cronjobs": &batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template}},
		}},
	}
}

func raw(t testing.TB, object any) []byte {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What is decoded from a request is what the typed object is.
func TestDecode(t *testing.T) {
	old := kinds(map[string]string{AnnotationBaseline: "b"}, *template("v1", "s", "a"))
	for resource, object := range kinds(map[string]string{"x": "y"}, *template("v2", "s", "a", "b")) {
		want, known := Of(object)
		wantOld, _ := Of(old[resource])
		if !known {
			t.Fatalf("%s is no workload", resource)
		}
		got, gotOld, err := Decode(resource, raw(t, object), raw(t, old[resource]))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Workload{want, wantOld}, []Workload{got, *gotOld}); diff != "" {
			t.Errorf("%s: %s", resource, diff)
		}
		if got, gotOld, err := Decode(resource, raw(t, object), nil); err != nil || gotOld != nil || !cmp.Equal(want, got) {
			t.Errorf("%s created: %v %v %v", resource, got, gotOld, err)
		}
	}
	if _, known := Of(&corev1.Pod{}); known {
		t.Error("a pod is no workload")
	}
}

// The same template text is known without its contents, but for the stamp.
func TestDecodeOfAnUnchangedTemplate(t *testing.T) {
	object := kinds(nil, *template("v1", "s", "a"))["deployments"]
	workload, old, err := Decode("deployments", raw(t, object), raw(t, object))
	if err != nil {
		t.Fatal(err)
	}
	if !SameTemplate(workload, *old) || workload.Stamp() != "s" || old.Stamp() != "s" {
		t.Errorf("%+v, %+v", workload, old)
	}
}

func TestDecodeRefuses(t *testing.T) {
	const planted = "planted-value"
	for _, text := range []string{
		``, `[]`, `{}`, `{"spec":{"template":"` + planted + `"}}`, `{"metadata":{"annotations":"` + planted + `"},"spec":{"template":{}}}`,
		`{"Spec":{"Template":{}}}`, `{"spec":{"template":{"spec":{"containers":"` + planted + `"}}}}`, `{"spec":{"template":{}}`,
	} {
		for _, old := range []string{"", text, `{"spec":{"template":{}}}`} {
			_, _, err := Decode("deployments", []byte(text), []byte(old))
			if err == nil && text != old {
				t.Errorf("%s is taken", text)
			}
			if err != nil && strings.Contains(err.Error(), planted) {
				t.Errorf("the error quotes the object: %v", err)
			}
		}
	}
}

// Hostile bytes end in an error or in a workload, in bounded time, and never in a panic. What is a workload to the API server's own
// decoder is the same one here.
func FuzzDecode(f *testing.F) {
	for resource, object := range kinds(map[string]string{AnnotationBaseline: `{"a":"\\"}`}, *template("v1", "s", "a")) {
		f.Add(resource, raw(f, object), []byte(`{"spec":{"template":{"metadata":null}}}`))
		f.Add(resource, raw(f, object), []byte(nil))
	}
	f.Add("deployments", []byte(strings.Repeat(`{"spec":`, 1000)), []byte(`{"spec":{"template":null}}`))
	f.Add("deployments", []byte(`{"metadata":{"annotations":{"a":"b"}},"spec":{"template":null}}`), []byte(nil))
	f.Add("deployments", []byte(`{"metadata":{"name":"a"}}`), []byte(`{"metadata":{"name":"b"}}`))
	f.Fuzz(func(t *testing.T, resource string, object, old []byte) {
		workload, before, err := Decode(resource, object, old)
		wanted, valid := whole(resource, object)
		formerly, also := whole(resource, old)
		if err != nil {
			if valid && wanted.Template != nil && (len(old) == 0 || also && formerly.Template != nil) {
				t.Errorf("a workload is refused: %v", err)
			}
			return
		}
		if valid && wanted.Template == nil {
			t.Fatal("what has no template is taken")
		}
		workload.Stamp()
		if before != nil {
			SameTemplate(workload, *before)
		}
		compare := func(got Workload, want Workload) {
			if before != nil && before.Template == workload.Template { // of one text the metadata is all that is decoded
				want.Template = &corev1.PodTemplateSpec{ObjectMeta: want.Template.ObjectMeta}
			}
			if diff := cmp.Diff(want.Annotations, got.Annotations, cmpopts.EquateEmpty()) + cmp.Diff(want.Template, got.Template, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		}
		if valid {
			compare(workload, wanted)
		}
		if before != nil {
			before.Baseline()
			if also && formerly.Template != nil {
				compare(*before, formerly)
			}
		}
	})
}

// whole decodes all of an object at once; false when it is no workload, or when a name stands twice in it.
func whole(resource string, text []byte) (Workload, bool) {
	type spec struct {
		Template *corev1.PodTemplateSpec `json:"template"`
	}
	var object struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
		Spec struct {
			spec        `json:",inline"`
			JobTemplate struct {
				Spec spec `json:"spec"`
			} `json:"jobTemplate"`
		} `json:"spec"`
	}
	twice, err := kjson.UnmarshalStrict(text, &object, kjson.DisallowDuplicateFields)
	if err != nil || len(twice) > 0 {
		return Workload{}, false
	}
	w := Workload{Annotations: object.Metadata.Annotations, Template: object.Spec.Template}
	if resource == "cronjobs" {
		w.Template = object.Spec.JobTemplate.Spec.Template
	}
	return w, true
}

func big(containers int) []byte {
	t := template("v1", "s")
	for i := range containers {
		one := template("image", "", fmt.Sprintf("secret-%d", i%50)).Spec.Containers[0]
		one.Args = []string{strings.Repeat("x", 200)}
		t.Spec.Containers = append(t.Spec.Containers, one)
	}
	text, err := json.Marshal(kinds(nil, *t)["deployments"])
	if err != nil {
		panic(err)
	}
	return text
}

func BenchmarkDecode(b *testing.B) {
	for _, containers := range []int{1, 5000} {
		object := big(containers)
		changed := append([]byte(strings.Replace(string(object), "image", "other", 1)), ' ')
		for name, old := range map[string][]byte{"create": nil, "unchanged": object, "changed": changed} {
			b.Run(fmt.Sprintf("%s/%dKiB", name, len(object)>>10), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, _, err := Decode("deployments", object, old); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
