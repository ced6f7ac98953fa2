package validate

import (
	"cmp"
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/page"
	"github.com/lotus-lake/lotus-gate/validate/request"
	"github.com/lotus-lake/lotus-gate/validate/state"
)

// said is what must be the same in git and in the cluster.
type said struct{ Rule, Message, Field string }

func saidOf(findings []policy.Finding) []said {
	all := []said{}
	for _, f := range findings {
		all = append(all, said{f.Rule, f.Message, f.Field})
	}
	slices.SortFunc(all, func(a, b said) int {
		return cmp.Or(strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message), strings.Compare(a.Field, b.Field))
	})
	return all
}

// TestParity puts every example of every document rule that acts in the cluster
// through the gate and through the handler: rule, message and field path are the
// same.
func TestParity(t *testing.T) {
	set, engine := shipped(t)
	rulesSeen, findingsSeen := 0, 0
	for _, rule := range set.Rules() {
		if rule.Admission == nil || rule.Scope != "document" {
			continue
		}
		rulesSeen++
		examples := examplesOf(t, set, rule.ID)
		for _, x := range slices.Concat(examples.Good, examples.Bad) {
			t.Run(rule.ID+"/"+x.Name, func(t *testing.T) {
				var inGit, inCluster []policy.Finding
				for _, doc := range documentsOf(t, x, rule.Kinds) {
					found, err := engine.Judge(t.Context(), doc, policy.Tip)
					if err != nil {
						t.Fatal(err)
					}
					for _, f := range found {
						if r, _ := set.Rule(f.Rule); r.Admission != nil {
							inGit = append(inGit, f)
						}
					}
				}
				for _, request := range requestsOf(t, x, rule.Kinds) {
					found, response := judged(t, request)
					inCluster = append(inCluster, found...)
					for _, f := range found {
						if !mentions(response, f.Rule+": "+f.Message) {
							t.Errorf("the response says nothing of %s: %s", f.Rule, f.Message)
						}
					}
				}
				for i, f := range inGit { // a discovered schema is a file there and a key here
					inGit[i].Message = discoveredFile.ReplaceAllString(f.Message, "$1"+".schema.json")
				}
				if diff := gocmp.Diff(saidOf(inGit), saidOf(inCluster)); diff != "" {
					t.Errorf("(-git +cluster):\n%s", diff)
				}
				findingsSeen += len(inGit)
			})
		}
	}
	if rulesSeen < 13 || findingsSeen < 20 {
		t.Errorf("%d rules and %d findings compared: where are the others?", rulesSeen, findingsSeen)
	}
}

var discoveredFile = regexp.MustCompile(`orchestration/dag/sources/\w+/(\w+)\.json`)

// judged gives the findings of a request by the shipped rules, and the handler's
// response.
func judged(t *testing.T, request admission.Request) ([]policy.Finding, admission.Response) {
	t.Helper()
	set, engine := shipped(t)
	policies := Policies{Set: set, Engine: engine, Revision: "r1"}
	j := judgement{Policies: policies, request: &request.AdmissionRequest}
	found, err := j.findings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found, New(Config{Policies: func() Policies { return policies }}).Handle(t.Context(), request)
}

func mentions(response admission.Response, text string) bool {
	if response.Result != nil && strings.Contains(response.Result.Message, text) {
		return true
	}
	return slices.ContainsFunc(response.Warnings, func(w string) bool { return strings.Contains(w, text) })
}

var shippedRules = sync.OnceValues(func() (*policy.Engine, error) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		return nil, err
	}
	return policy.NewEngine(set, policy.Config{})
})

func shipped(t testing.TB) (*policy.Set, *policy.Engine) {
	t.Helper()
	engine, err := shippedRules()
	if err != nil {
		t.Fatal(err)
	}
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set, engine
}

func examplesOf(t *testing.T, set *policy.Set, id string) page.Examples {
	t.Helper()
	text, err := set.Examples(id)
	if err != nil {
		t.Fatal(err)
	}
	examples, err := page.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return examples
}

// filesOf are an example's files after its change.
func filesOf(x page.Example) map[string][]byte {
	files := map[string]page.File{}
	for _, s := range x.History {
		maps.Copy(files, s.Files)
	}
	maps.Copy(files, x.Base)
	maps.Copy(files, x.Files)
	data := map[string][]byte{}
	for name, f := range files {
		if f.Text {
			data[name] = f.Data
		}
	}
	return data
}

// documentsOf are the documents that the gate makes of an example's files.
func documentsOf(t *testing.T, x page.Example, kinds []string) []policy.Document {
	t.Helper()
	files := filesOf(x)
	settings, err := config.Parse(config.File, files[config.File])
	if err != nil {
		t.Fatal(err)
	}
	view := lake.NewView(lake.Memory(files, nil), lake.Settings{Layout: settings.Layout})
	var docs []policy.Document
	for _, name := range slices.Sorted(maps.Keys(files)) {
		entry, _, err := view.Entry(name)
		if err != nil {
			t.Fatal(err)
		}
		more, _, err := view.Documents(entry, files[name], state.Limits{}, func(kind string, _ []byte) bool { return slices.Contains(kinds, kind) })
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, more...)
	}
	return docs
}

// requestsOf are the requests that create what is in an example's files: each
// manifest, and the streams of each source as one ConfigMap with what was
// discovered of them.
func requestsOf(t *testing.T, x page.Example, kinds []string) []admission.Request {
	t.Helper()
	var requests []admission.Request
	for _, doc := range documentsOf(t, x, kinds) {
		if doc.Kind == "manifest" {
			object := doc.Input["object"].(map[string]any)
			requests = append(requests, create(t, resourceOf(object), object))
		}
	}
	sources := map[string]map[string]any{}
	for name, text := range filesOf(x) {
		rest, isStream := strings.CutPrefix(name, "orchestration/dag/streams/")
		if !isStream {
			continue
		}
		source := path.Dir(rest)
		if sources[source] == nil {
			sources[source] = map[string]any{}
		}
		sources[source][path.Base(rest)] = string(text)
		discovered := "orchestration/dag/sources/" + source + "/"
		for other, text := range filesOf(x) {
			if stream, ok := strings.CutPrefix(other, discovered); ok {
				sources[source][strings.TrimSuffix(stream, ".json")+".schema.json"] = string(text)
			}
		}
	}
	for source, data := range sources {
		requests = append(requests, create(t, metav1.GroupVersionResource{Version: "v1", Resource: "configmaps"}, map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap",
			"metadata": map[string]any{"name": source, "namespace": "lake", "labels": map[string]any{request.SourceLabel: source}},
			"data":     data,
		}))
	}
	return requests
}

func resourceOf(object map[string]any) metav1.GroupVersionResource {
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	group, version, ok := strings.Cut(version, "/")
	if !ok {
		group, version = "", group
	}
	return metav1.GroupVersionResource{Group: group, Version: version, Resource: strings.ToLower(kind) + "s"}
}

func create(t testing.TB, resource metav1.GroupVersionResource, object map[string]any) admission.Request {
	t.Helper()
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	namespace, _ := metadata["namespace"].(string)
	return admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		UID: "u", Operation: admissionv1.Create, Resource: resource, Name: name, Namespace: namespace,
		UserInfo: authenticationv1.UserInfo{Username: "alice", Groups: []string{"developers"}},
		Object:   raw(t, object),
	}}
}

func raw(t testing.TB, object map[string]any) runtime.RawExtension {
	t.Helper()
	if object == nil {
		return runtime.RawExtension{}
	}
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return runtime.RawExtension{Raw: text}
}
