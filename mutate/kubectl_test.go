package mutate_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// kubectl runs the real one.
func (w *world) kubectl(args ...string) string {
	w.Helper()
	path, err := cluster.Binary("kubectl")
	if err != nil {
		w.Fatal(err)
	}
	command := exec.CommandContext(w.Context(), path, append([]string{"--kubeconfig", kubernetes.run.Kubeconfig(), "--namespace", w.namespace}, args...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		w.Fatalf("kubectl %v: %v\n%s", args, err, output)
	}
	return string(output)
}

func (w *world) manifest(deployment *appsv1.Deployment) string {
	w.Helper()
	text, err := json.Marshal(deployment)
	if err != nil {
		w.Fatal(err)
	}
	path := filepath.Join(w.TempDir(), "deployment.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		w.Fatal(err)
	}
	return path
}

// ours is what a Deployment carries of us.
type ours struct{ Baseline, Cause, Stamp string }

func (w *world) ours(name string) ours {
	w.Helper()
	live := w.live(name)
	return ours{
		live.Annotations[secrethash.AnnotationBaseline], live.Annotations[secrethash.AnnotationCause],
		live.Spec.Template.Annotations[secrethash.AnnotationHash],
	}
}

// What people do with kubectl: none of it loses an annotation or rolls out twice.
func TestKubectl(t *testing.T) {
	w := newWorld(t)
	w.create(w.secret("a", "1"))
	one := w.manifest(deployment(w.namespace, "d", "v1", "a"))
	w.kubectl("apply", "-f", one)
	created := w.ours("d")
	if created.Baseline == "" || created.Stamp == "" {
		t.Fatalf("created: %+v", created)
	}
	same := func(what string, want ours, rollouts int) {
		t.Helper()
		if diff := cmp.Diff(want, w.ours("d")); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		if n := w.rollouts("d"); n != rollouts {
			t.Errorf("%s: %d rollouts, want %d", what, n, rollouts)
		}
	}
	w.kubectl("apply", "-f", one)
	same("applied again", created, 1)
	w.kubectl("diff", "-f", one) // fails when there is a difference
	w.kubectl("apply", "--server-side", "--force-conflicts", "-f", one)
	same("applied by the server", created, 1)
	w.kubectl("replace", "-f", one)
	same("replaced without our annotations", created, 1)
	w.kubectl("annotate", "deployment/d", secrethash.AnnotationBaseline+"-", secrethash.AnnotationCause+"=me")
	same("annotations edited by hand", created, 1)
	w.kubectl("scale", "deployment/d", "--replicas=3")
	same("scaled", created, 1)
	w.kubectl("patch", "deployment/d", "--type=merge", "-p", `{"spec":{"replicas":2}}`)
	same("scaled by a patch, as an autoscaler of old", created, 1)

	// A new image while the Secret changed: one rollout for both. Undone, the pods still start with what is live, and a changed stamp keeps older pods from being taken over.
	w.set("2")
	w.kubectl("set", "image", "deployment/d", "c=v2")
	second := w.ours("d")
	if second.Baseline == created.Baseline || second.Stamp == created.Stamp || second.Cause != "Secret/a" {
		t.Errorf("image and Secret: %+v", second)
	}
	same("image and Secret", second, 2)
	w.kubectl("rollout", "undo", "deployment/d")
	same("undone", second, 3)
	if image := w.live("d").Spec.Template.Spec.Containers[0].Image; image != "v1" {
		t.Errorf("image after undo: %s", image)
	}
	if decision := w.decide("d"); decision.Action != secrethash.Nothing {
		t.Errorf("after undo: %+v", decision)
	}
	w.kubectl("rollout", "restart", "deployment/d")
	same("restarted", second, 4)
	w.kubectl("apply", "--dry-run=server", "-f", one)
	same("dry-run", second, 4)
}

// The other kinds are stamped where their pods' template is, and a change of both template and Secret moves the stamp.
func TestOtherKinds(t *testing.T) {
	w := newWorld(t)
	w.create(w.secret("a", "1"))
	template := `"metadata":{"labels":{"app":"x"}},"spec":{"restartPolicy":"%s","containers":[{"name":"c","image":"v1","envFrom":[{"secretRef":{"name":"a"}}]}]}`
	always, never := replaced(template, "Always"), replaced(template, "Never")
	for kind, test := range map[string]struct{ spec, path, patch string }{
		"StatefulSet": {`"apiVersion":"apps/v1","spec":{"serviceName":"x","selector":{"matchLabels":{"app":"x"}},"template":{` + always + `}}`, "{.spec.template.metadata.annotations}", `{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":5}}}}`},
		"DaemonSet":   {`"apiVersion":"apps/v1","spec":{"selector":{"matchLabels":{"app":"x"}},"template":{` + always + `}}`, "{.spec.template.metadata.annotations}", `{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":5}}}}`},
		"CronJob":     {`"apiVersion":"batch/v1","spec":{"schedule":"0 0 1 1 *","jobTemplate":{"spec":{"template":{` + never + `}}}}`, "{.spec.jobTemplate.spec.template.metadata.annotations}", `{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":5}}}}}}`},
	} {
		t.Run(kind, func(t *testing.T) {
			w := *w
			w.TB = t
			path := filepath.Join(t.TempDir(), "object.json")
			if err := os.WriteFile(path, []byte(`{"kind":"`+kind+`","metadata":{"name":"x"},`+test.spec+`}`), 0o600); err != nil {
				t.Fatal(err)
			}
			stamp := func() string {
				var annotations map[string]string
				if err := json.Unmarshal([]byte(w.kubectl("get", kind, "x", "-o", "jsonpath="+test.path)), &annotations); err != nil {
					t.Fatal(err)
				}
				return annotations[secrethash.AnnotationHash]
			}
			w.kubectl("apply", "-f", path)
			first := stamp()
			w.kubectl("replace", "-f", path)
			if first == "" || stamp() != first {
				t.Errorf("%q, replaced %q", first, stamp())
			}
			w.set(kind)
			w.kubectl("patch", kind, "x", "--type=merge", "-p", test.patch)
			if stamp() == first {
				t.Error("the stamp did not move")
			}
		})
	}
}

func replaced(template, policy string) string {
	before, after, _ := strings.Cut(template, "%s")
	return before + policy + after
}
