package refresh_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// fakeTofu is a small tofu-controller for one object. It wakes on a new generation
// and on a new token, as the real one does on the cases in which its own watch of
// the source does not help, and does with a token what the script says.
type fakeTofu struct {
	client client.Client
	name   types.NamespacedName
	vars   string // Secret whose key "password" a run reads

	mu      sync.Mutex
	swallow int           // so many tokens are consumed without a run
	fail    bool          // runs fail
	length  time.Duration // of a run, after it has read its inputs
	down    bool
	runs    []run
	tokens  []string // consumed
	success int64    // seconds, so that each success has a time of its own
}

// run is what one run took in.
type run struct{ Token, Revision, Password string }

func (f *fakeTofu) set(change func(*fakeTofu)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *fakeTofu) seen() (runs []run, tokens []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.runs), slices.Clone(f.tokens)
}

// start works until the test ends.
func (f *fakeTofu) start(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			f.look(ctx)
			time.Sleep(10 * time.Millisecond)
		}
	}()
}

func (f *fakeTofu) look(ctx context.Context) {
	object := &tofu.Terraform{}
	if f.client.Get(ctx, f.name, object) != nil {
		return
	}
	token := object.Annotations[rerun.AnnotationRequest]
	woken := token != "" && token != object.Status.LastHandledReconcileAt
	again := object.Generation != object.Status.ObservedGeneration
	f.mu.Lock()
	down := f.down
	f.mu.Unlock()
	if down || !woken && !again {
		return
	}
	handled := map[string]any{"lastHandledReconcileAt": token}
	if object.Spec.Suspend {
		f.consume(ctx, token, handled)
		return
	}
	f.mu.Lock()
	swallowed := f.swallow > 0 && woken
	if swallowed {
		f.swallow--
	}
	length, fail := f.length, f.fail
	f.mu.Unlock()

	source := &sourcev1.GitRepository{}
	if f.client.Get(ctx, types.NamespacedName{Namespace: object.SourceNamespace(), Name: object.Spec.SourceRef.Name}, source) != nil || source.Status.Artifact == nil {
		f.consume(ctx, token, handled)
		return
	}
	revision := source.Status.Artifact.Revision
	failures := object.Status.ReconciliationFailures
	if revision != object.Status.LastAttemptedRevision || again {
		failures = 0
	}
	r := object.Spec.Remediation
	if swallowed || r != nil && r.Retries >= 0 && failures >= r.Retries {
		f.consume(ctx, token, handled)
		return
	}
	f.status(ctx, map[string]any{"conditions": []metav1.Condition{condition("Reconciling", metav1.ConditionTrue)}})
	vars := &corev1.Secret{}
	_ = f.client.Get(ctx, types.NamespacedName{Namespace: f.name.Namespace, Name: f.vars}, vars)
	time.Sleep(length)
	f.set(func(f *fakeTofu) { f.runs = append(f.runs, run{token, revision, string(vars.Data["password"])}) })
	result := map[string]any{"lastAttemptedRevision": revision, "observedGeneration": object.Generation}
	if fail {
		result["reconciliationFailures"] = failures + 1
		result["conditions"] = []metav1.Condition{condition("Ready", metav1.ConditionFalse)}
	} else {
		f.success++
		at := metav1.NewTime(time.Date(2026, 1, 6, 12, 0, int(f.success), 0, time.UTC))
		result["reconciliationFailures"], result["lastSuccessfulReconcileAt"], result["lastPlanAt"] = 0, at, at
		result["lastPlannedRevision"], result["lastAppliedRevision"] = revision, revision
		result["conditions"] = []metav1.Condition{condition("Ready", metav1.ConditionTrue)}
	}
	f.status(ctx, result)
	time.Sleep(50 * time.Millisecond) // the runner pod is cleaned up before the token counts as handled
	f.consume(ctx, token, handled)
}

func (f *fakeTofu) consume(ctx context.Context, token string, status map[string]any) {
	if token != "" {
		f.set(func(f *fakeTofu) {
			if !slices.Contains(f.tokens, token) {
				f.tokens = append(f.tokens, token)
			}
		})
	}
	f.status(ctx, status)
}

func (f *fakeTofu) status(ctx context.Context, fields map[string]any) {
	patch, err := json.Marshal(map[string]any{"status": fields})
	if err != nil {
		panic(err)
	}
	object := &tofu.Terraform{ObjectMeta: metav1.ObjectMeta{Namespace: f.name.Namespace, Name: f.name.Name}}
	_ = f.client.Status().Patch(ctx, object, client.RawPatch(types.MergePatchType, patch))
}

func condition(kind string, status metav1.ConditionStatus) metav1.Condition {
	return metav1.Condition{Type: kind, Status: status, Reason: "Test", LastTransitionTime: metav1.Now()}
}
