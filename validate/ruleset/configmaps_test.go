package ruleset_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/validate/ruleset"
)

// TestConfigMaps follows ConfigMaps on a real API server.
func TestConfigMaps(t *testing.T) {
	client, err := kubernetes.NewForConfig(cluster.ForTest(t, cluster.Options{APIOnly: true}).Config())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gate", "other"} {
		if _, err := client.CoreV1().Namespaces().Create(t.Context(), &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: name}}, meta.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()})
	if err := broadcaster.StartRecordingToSinkWithContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer broadcaster.Shutdown()
	pod := &core.Pod{TypeMeta: meta.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: meta.ObjectMeta{Namespace: "gate", Name: "lotus-gate-0"}}
	config := ruleset.Config{
		Client: client, Namespace: "gate", Selector: labels.SelectorFromSet(labels.Set{"lotus-gate.dev/policy": "true"}),
		Recorder: broadcaster.NewRecorder(scheme.Scheme, "lotus-gate"), Regards: pod,
	}
	chosen := map[string]string{"lotus-gate.dev/policy": "true"}
	apply := func(namespace, name string, labels map[string]string, data map[string]string) {
		t.Helper()
		object := &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name, Labels: labels}, Data: data}
		_, err := client.CoreV1().ConfigMaps(namespace).Update(t.Context(), object, meta.UpdateOptions{})
		if errors.IsNotFound(err) {
			_, err = client.CoreV1().ConfigMaps(namespace).Create(t.Context(), object, meta.CreateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	rule := func(name, message string) map[string]string {
		return map[string]string{name + ".rego": says(name, message)}
	}
	apply("gate", "x", chosen, rule("x", "x"))
	apply("gate", "unlabelled", nil, rule("u", "unlabelled"))
	apply("other", "x", chosen, rule("o", "other"))

	r := start(t, config)
	serves(t, r, "shipped", "x")
	apply("gate", "y", chosen, rule("y", "y"))
	serves(t, r, "shipped", "x", "y")
	apply("gate", "y", nil, rule("y", "y")) // no longer labelled
	serves(t, r, "shipped", "x")
	apply("gate", "y", chosen, rule("y", "yy"))
	serves(t, r, "shipped", "x", "yy")

	rejected := func(kind, name, text string) {
		t.Helper()
		eventually(t, fmt.Sprintf("an event on %s %s: %s", kind, name, text), func() bool {
			list, err := client.EventsV1().Events("gate").List(t.Context(), meta.ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list.Items {
				if e.Regarding.Kind == kind && e.Regarding.Name == name && e.Reason == "PolicyRejected" && e.Type == "Warning" && strings.Contains(e.Note, text) {
					return true
				}
			}
			return false
		})
	}
	apply("gate", "x", chosen, map[string]string{"x.rego": "package a.x\n{"})
	rejected("ConfigMap", "x", "ConfigMap gate/x/x.rego:2: rego_parse_error")
	serves(t, r, "shipped", "x", "yy")
	apply("gate", "x", chosen, map[string]string{"x.reg0": says("x", "x")})
	rejected("ConfigMap", "x", "ConfigMap gate/x: no key ends in .rego")
	serves(t, r, "shipped", "x", "yy")
	apply("gate", "x", chosen, rule("y", "twice"))
	rejected("ConfigMap", "y", "package a.y is already defined by")
	apply("gate", "x", chosen, rule("x", "xx"))
	serves(t, r, "shipped", "xx", "yy")
	if err := client.CoreV1().ConfigMaps("gate").Delete(t.Context(), "y", meta.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	serves(t, r, "shipped", "xx")

	// Changed a hundred times at once, it is read a few times, and the last one serves.
	began := time.Now()
	for n := range 100 {
		apply("gate", "x", chosen, rule("x", fmt.Sprint(n)))
	}
	serves(t, r, "99", "shipped")
	t.Logf("100 updates: %s", time.Since(began))

	// What no ConfigMap is to blame for is told of on the pod.
	config.Directories = []string{t.TempDir()}
	put(t, config.Directories[0], "z.rego", "package")
	other := start(t, config)
	serves(t, other, "99", "shipped")
	rejected("Pod", "lotus-gate-0", "z.rego:1")
}
