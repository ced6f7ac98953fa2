package scenario

import (
	"context"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Ticket004 is what came of a credential that changed in a Secret.
type Ticket004 struct {
	Story Story
	// Arrived says whether Airbyte has the new value at the end, after Wait by the clock.
	Arrived bool
	Wait    time.Duration
	// Results of the runs that a request caused, and their tokens.
	Results []standin.Result
	Tokens  []string
}

// variables is the ticket: Terraform reads the Secret by varsFrom at each run, and nothing makes it run. patience is by the clock. A swallowed
// first request is the variation that no log shows.
func (s *Stage) variables(ctx context.Context, namespace string, patience time.Duration, swallow int) (_ *Ticket004, err error) {
	t := &Ticket004{Story: Story{Ticket: "TICKET-004", Title: "a new secret stays unread"}}
	l, err := s.newLake(ctx, &t.Story, namespace, s.speed, standin.Config{}, func(o *unstructured.Unstructured) {
		if o.GetKind() == tofu.Kind {
			_ = unstructured.SetNestedField(o.Object, "2h", "spec", "interval")
			_ = unstructured.SetNestedField(o.Object, "2h", "spec", "retryInterval")
		}
	})
	if err != nil {
		return nil, err
	}
	defer l.end(&err)
	l.Swallow(l.name, swallow)
	return t, t.change(ctx, l, patience)
}

// keptPod is the catch of the ticket: the runner pod outlives its run, and keeps the environment that it started with. Even a forced run
// applies the old value. At least once somebody forces one.
func (s *Stage) keptPod(ctx context.Context, namespace string, patience time.Duration) (_ *Ticket004, err error) {
	t := &Ticket004{Story: Story{Ticket: "TICKET-004", Title: "a runner pod that keeps the old secret"}}
	l, err := s.newLake(ctx, &t.Story, namespace, s.speed, standin.Config{}, func(o *unstructured.Unstructured) {
		if o.GetKind() != tofu.Kind {
			return
		}
		unstructured.RemoveNestedField(o.Object, "spec", "varsFrom")
		_ = unstructured.SetNestedField(o.Object, "2h", "spec", "interval")
		_ = unstructured.SetNestedField(o.Object, false, "spec", "alwaysCleanupRunnerPod")
		_ = unstructured.SetNestedSlice(o.Object, []any{
			map[string]any{"prefix": "TF_VAR_", "secretRef": map[string]any{"name": varsName}},
		}, "spec", "runnerPodTemplate", "spec", "envFrom")
	})
	if err != nil {
		return nil, err
	}
	defer l.end(&err)
	return t, t.change(ctx, l, patience)
}

// change the Secret and see.
func (t *Ticket004) change(ctx context.Context, l *lake, patience time.Duration) error {
	s := l.stage
	if run, ok := l.Airbyte.InForce(l.name); ok {
		t.Story.say(run.At, "Airbyte has the first credential")
	}
	runs := len(l.Airbyte.Runs(l.name))
	value := s.Planted.New()
	if err := s.setSecret(ctx, l.name.Namespace, varsName, varsKey, value); err != nil {
		return err
	}
	changed := l.clock.Now()
	t.Story.say(changed, "the credential in Secret %s changes", varsName)
	waiting, cancel := context.WithTimeout(ctx, l.clock.Real(patience))
	defer cancel()
	arrived := func(r standin.Run) bool { return r.Result == standin.Applied && r.Values[varsKey] == value }
	run, err := l.await(waiting, runs, "the new value is applied", arrived)
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		t.Story.say(l.clock.Now(), "nothing ran since")
		if err := s.annotateTerraform(ctx, l.name, "operator-forces-a-run"); err != nil {
			return err
		}
		forced, err := l.await(ctx, runs, "the forced run", func(r standin.Run) bool { return r.Token == "operator-forces-a-run" })
		if err != nil {
			return err
		}
		with := "the old"
		if forced.Values[varsKey] == value {
			with = "the new"
		}
		t.Story.say(forced.At, "an operator forces a run: %q, with %s credential", forced.Result, with)
		t.Arrived = false
		return nil
	}
	t.Arrived, t.Wait = true, run.At.Sub(changed)
	for _, r := range l.Airbyte.Runs(l.name)[runs:] {
		if ours(r.Token) {
			t.Results, t.Tokens = append(t.Results, r.Result), append(t.Tokens, r.Token)
			t.Story.say(r.At, "requested: %s", r.Result)
		}
	}
	t.Story.say(run.At, "Airbyte has the new credential, %s after the change", t.Wait.Round(time.Second))
	return s.proven(ctx, l.name)
}

// ours reports whether a token is lotus-gate's.
func ours(token string) bool { return strings.HasPrefix(token, "lotus-gate-") }

// proven waits until the request is followed to its proof: the record has none left.
func (s *Stage) proven(ctx context.Context, name types.NamespacedName) error {
	return Eventually(ctx, cautious, "the request is proven", func() error {
		object := &tofu.Terraform{}
		if err := s.Client.Get(ctx, name, object); err != nil {
			return err
		}
		if record := object.Annotations["lotus-gate.dev/refresh"]; record == "" || strings.Contains(record, `"request":`) {
			return errNotYet
		}
		return nil
	})
}

// annotateTerraform asks for a run, as a person does.
func (s *Stage) annotateTerraform(ctx context.Context, name types.NamespacedName, token string) error {
	return s.request(ctx, &tofu.Terraform{ObjectMeta: metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name}}, token)
}

func (s *Stage) request(ctx context.Context, object client.Object, token string) error {
	patch := `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"` + token + `"}}}`
	return s.Client.Patch(ctx, object, client.RawPatch(types.MergePatchType, []byte(patch)))
}
