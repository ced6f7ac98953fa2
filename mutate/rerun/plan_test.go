package rerun

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/tofu"
)

const (
	revA = "main@sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	revB = "main@sha1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	// Digests of one shape (the first eight digits) and of another.
	old1  = "00000001aaaaaaaaaaaaaaaaaaaaaaaa"
	new1  = "00000001bbbbbbbbbbbbbbbbbbbbbbbb"
	other = "00000002cccccccccccccccccccccccc"
)

var noon = time.Date(2026, 1, 6, 12, 0, 0, 0, time.UTC)

// world is what a case of the tables starts from: revision A is attempted,
// applied and recorded, nothing is wanted.
type world struct{ Input }

func settled(change ...func(*world)) world {
	w := world{Input{
		Object: &tofu.Terraform{
			ObjectMeta: metav1.ObjectMeta{Name: "lake", Namespace: "ns", Generation: 1},
			Spec:       tofu.TerraformSpec{ApprovePlan: "auto", SourceRef: tofu.SourceReference{Kind: "GitRepository", Name: "lake"}},
			Status: tofu.TerraformStatus{
				ObservedGeneration: 1, LastAttemptedRevision: revA, LastAppliedRevision: revA, LastPlannedRevision: revA,
				LastSuccessfulReconcileAt: at(-time.Hour), LastPlanAt: at(-time.Hour),
			},
		},
		Source: &Source{Kind: "GitRepository", Namespace: "ns", Name: "lake", Revision: revA, Digest: "sha256:a", Interval: 5 * time.Minute},
		Inputs: Inputs{Known: true, Key: "k1", Now: map[string]digest.Digests{"Secret/vars": {"k1": old1}}, Fixed: map[string]bool{}},
		Now:    noon,
		Settings: Settings{
			Grace: 30 * time.Second, MinBackoff: 30 * time.Second, MaxBackoff: 10 * time.Minute, BumpTemplate: true,
		},
	}}
	w.record(seen())
	for _, c := range change {
		c(&w)
	}
	return w
}

func at(d time.Duration) *metav1.Time { return &metav1.Time{Time: noon.Add(d)} }

func (w *world) record(r Record) {
	if w.Object.Annotations == nil {
		w.Object.Annotations = map[string]string{}
	}
	w.Object.Annotations[AnnotationRecord] = r.String()
}

// seen is the record of the settled world; with changes.
func seen(change ...func(*Record)) Record {
	r := Record{Revision: revA, Digest: "sha256:a", Key: "k1", Inputs: map[string]string{"Secret/vars": old1}}
	for _, c := range change {
		c(&r)
	}
	return r
}

// before is the settled world's status.
func before(change ...func(*Before)) Before {
	b := Before{Success: "2026-01-06T11:00:00Z", Attempted: revA, Planned: "2026-01-06T11:00:00Z"}
	for _, c := range change {
		c(&b)
	}
	return b
}

func toB(r *Record)                 { r.Revision, r.Digest = revB, "sha256:b" }
func rotated(r *Record)             { r.Inputs = map[string]string{"Secret/vars": new1} }
func repacked(r *Record)            { r.Digest = "sha256:a2" }
func push(w *world)                 { w.Source.Revision, w.Source.Digest = revB, "sha256:b" }
func pack(w *world)                 { w.Source.Digest = "sha256:a2" }
func rotate(w *world)               { w.Inputs.Now = map[string]digest.Digests{"Secret/vars": {"k1": new1}} }
func suspend(w *world)              { w.Object.Spec.Suspend = true }
func approve(m string) func(*world) { return func(w *world) { w.Object.Spec.ApprovePlan = m } }
func noBump(w *world)               { w.Settings.BumpTemplate = false }
func planOnly(w *world)             { w.Object.Spec.PlanOnly = true }
func unseen(w *world)               { delete(w.Object.Annotations, AnnotationRecord) }
func pending(w *world)              { w.Object.Status.Plan.Pending = "plan-main-aaaaaaaaaa" }
func spent(w *world) {
	w.Object.Spec.Remediation = &tofu.Remediation{Retries: 3}
	w.Object.Status.ReconciliationFailures = 3
}

func condition(kind string, status metav1.ConditionStatus, reason string) func(*world) {
	return func(w *world) {
		w.Object.Status.Conditions = append(w.Object.Status.Conditions, metav1.Condition{Type: kind, Status: status, Reason: reason})
	}
}

var underway = condition("Reconciling", "True", "Progressing")

func handles(token string) func(*world) {
	return func(w *world) { w.Object.Status.LastHandledReconcileAt = token }
}

func carries(token string) func(*world) {
	return func(w *world) {
		if w.Object.Annotations == nil {
			w.Object.Annotations = map[string]string{}
		}
		w.Object.Annotations[AnnotationRequest] = token
	}
}

// asked puts a request for what r wants under way, its token set.
func asked(r Record, attempt int, cause Cause, change ...func(*Request)) func(*world) {
	return func(w *world) {
		r.Request = &Request{Token: r.token(attempt), Attempt: attempt, Cause: cause, Before: before()}
		for _, c := range change {
			c(r.Request)
		}
		w.record(r)
		if r.Request.Generation == 0 {
			carries(r.Request.Token)(w)
		}
	}
}

func due(d time.Duration) func(*Request) { return func(r *Request) { r.Due = noon.Add(d) } }

func with(r Record, change ...func(*Record)) *Record {
	r = r.Copied()
	for _, c := range change {
		c(&r)
	}
	return &r
}

func request(token string, attempt int, cause Cause, b Before, change ...func(*Request)) func(*Record) {
	return func(r *Record) {
		r.Request = &Request{Token: token, Attempt: attempt, Cause: cause, Before: b}
		for _, c := range change {
			c(r.Request)
		}
	}
}

func TestPlan(t *testing.T) {
	wantB, wantVars, wantPack := seen(toB), seen(rotated), seen(repacked)
	tokenB, tokenVars, tokenPack := wantB.token(1), wantVars.token(1), wantPack.token(1)
	failed := func(n int64) func(*world) {
		return func(w *world) { w.Object.Status.ReconciliationFailures = n }
	}
	succeeds := func(w *world) { w.Object.Status.LastSuccessfulReconcileAt = at(-time.Second) }
	attempts := func(r string) func(*world) {
		return func(w *world) { w.Object.Status.LastAttemptedRevision = r }
	}
	plans := func(r string) func(*world) {
		return func(w *world) {
			w.Object.Status.LastPlannedRevision, w.Object.Status.LastPlanAt = r, at(-2*time.Second)
		}
	}
	keep := func(w *world) {
		w.Pod = &Pod{UID: "pod-1"}
		w.Inputs.Fixed = map[string]bool{"Secret/vars": true}
	}
	remove := func(w *world) { w.Settings.RemoveRunnerPods = true }
	issue := func(cause Cause, want Record, token string, change ...string) Decision {
		return Decision{
			Action: Issue, Cause: cause, Token: token, News: true, Changed: change,
			Record: with(want, request(token, 1, cause, before())),
		}
	}
	vars := []string{"Secret/vars"}

	for name, c := range map[string]struct {
		world world
		want  Decision
	}{
		// When nothing is wanted.
		"nothing changed": {settled(), Decision{Action: Nothing}},
		"an object that goes away is left alone": {
			settled(push, func(w *world) { w.Object.DeletionTimestamp = at(0) }), Decision{Action: Nothing},
		},
		"first sight records digest and inputs and asks for nothing": {
			settled(unseen), Decision{Action: Adopt, Record: with(seen())},
		},
		"first sight of an object that never ran": {
			settled(unseen, func(w *world) { w.Object.Status = tofu.TerraformStatus{ObservedGeneration: -1} }), Decision{Action: Adopt, Record: with(seen())},
		},
		"a record that is no record is a first sight": {
			settled(func(w *world) { w.Object.Annotations[AnnotationRecord] = `{"revision":1}` }), Decision{Action: Adopt, Record: with(seen())},
		},
		"tofu-controller saw the new revision before us": {
			settled(push, attempts(revB)), Decision{Action: Adopt, Record: with(wantB)},
		},
		"inputs that could not be read tell nothing": {
			settled(rotate, func(w *world) { w.Inputs = Inputs{} }), Decision{Action: Nothing},
		},
		"an artifact appears: tofu-controller wakes by itself": {
			settled(func(w *world) {
				w.record(seen(func(r *Record) { r.Revision, r.Digest = "", "" }))
				w.Object.Status = tofu.TerraformStatus{ObservedGeneration: -1}
			}), Decision{Action: Adopt, Record: with(seen())},
		},

		// A source that is newer.
		"first sight with a newer revision asks": {settled(unseen, push), issue(CauseRevision, wantB, tokenB)},
		"a new revision":                         {settled(push), issue(CauseRevision, wantB, tokenB)},
		"a new revision while a run is under way": {
			settled(push, underway), Decision{
				Action: Issue, Cause: CauseRevision, Token: tokenB, News: true,
				Record: with(wantB, request(tokenB, 1, CauseRevision, before(func(b *Before) { b.Running = true }))),
			},
		},
		"the same revision with another digest": {settled(pack), issue(CauseDigest, wantPack, tokenPack)},
		"an older revision again, its token long handled": {
			settled(attempts(revB), carries(seen().token(1)), handles(seen().token(1))), Decision{
				Action: Issue, Cause: CauseRevision, Token: seen().token(2), News: true,
				Record: with(seen(), request(seen().token(2), 2, CauseRevision, before(func(b *Before) { b.Attempted = revB }))),
			},
		},
		"a plan from before was applied under the new revision": {
			settled(push, attempts(revB), func(w *world) { w.Object.Status.LastAppliedRevision = revB }), Decision{
				Action: Issue, Cause: CauseRevision, Token: tokenB, News: true,
				Record: with(wantB, request(tokenB, 1, CauseRevision, before(func(b *Before) { b.Attempted = revB }))),
			},
		},
		"drift detection only is asked too": {settled(pack, approve("disable")), issue(CauseDigest, wantPack, tokenPack)},
		"manual mode, a new revision: a plan that waits is made anew": {
			settled(push, approve(""), pending, underway), Decision{
				Action: Issue, Cause: CauseRevision, Token: tokenB, News: true,
				Record: with(wantB, request(tokenB, 1, CauseRevision, before(func(b *Before) { b.Pending = "plan-main-aaaaaaaaaa" }))),
			},
		},
		"retries exhausted, a new revision: it sets the count to zero": {
			settled(push, spent), Decision{
				Action: Issue, Cause: CauseRevision, Token: tokenB, News: true,
				Record: with(wantB, request(tokenB, 1, CauseRevision, before(func(b *Before) { b.Failures = 3 }))),
			},
		},

		// Inputs.
		"a used value changed": {settled(rotate), issue(CauseInputs, wantVars, tokenVars, vars...)},
		"a used value changed a moment ago": {
			settled(rotate, func(w *world) { w.QuietUntil = noon.Add(2 * time.Second) }),
			Decision{Action: Wait, Cause: CauseInputs, Changed: vars, After: 2 * time.Second},
		},
		"source and input at once: one token": {
			settled(push, rotate, func(w *world) { w.QuietUntil = noon.Add(2 * time.Second) }),
			issue(CauseRevision, seen(toB, rotated), seen(toB, rotated).token(1), vars...),
		},
		"a use with other keys came with a change of the spec": {
			settled(func(w *world) { w.Inputs.Now = map[string]digest.Digests{"Secret/vars": {"k1": other}} }),
			Decision{Action: Adopt, Record: with(seen(func(r *Record) { r.Inputs = map[string]string{"Secret/vars": other} }))},
		},
		"a new use is recorded, a gone one dropped": {
			settled(func(w *world) { w.Inputs.Now = map[string]digest.Digests{"ConfigMap/c": {"k1": other}} }),
			Decision{Action: Adopt, Record: with(seen(func(r *Record) { r.Inputs = map[string]string{"ConfigMap/c": other} }))},
		},
		"a required object vanished: a run could only fail": {
			settled(func(w *world) { w.Inputs.Now = map[string]digest.Digests{"Secret/vars": {"k1": digest.Missing}} }), Decision{Action: Nothing},
		},
		"and an object that was missing appears": {
			settled(func(w *world) {
				w.record(seen(func(r *Record) { r.Inputs = map[string]string{"Secret/vars": digest.Missing} }))
			}), issue(CauseInputs, seen(), seen().token(1), vars...),
		},
		"the installation key was rotated: rewritten, nothing asked": {
			settled(func(w *world) {
				w.Inputs.Key, w.Inputs.Now = "k2", map[string]digest.Digests{"Secret/vars": {"k1": old1, "k2": other}}
			}), Decision{Action: Adopt, Record: with(seen(func(r *Record) { r.Key, r.Inputs = "k2", map[string]string{"Secret/vars": other} }))},
		},
		"the key was rotated while an object is missing: its old digest stays, under the old key": {
			settled(func(w *world) {
				w.Inputs.Key = "k2"
				w.Inputs.Now = map[string]digest.Digests{"Secret/vars": {"k1": digest.Missing, "k2": digest.Missing}}
			}), Decision{Action: Nothing},
		},
		"the key of the record is lost: adopted anew": {
			settled(func(w *world) {
				w.Inputs.Key, w.Inputs.Now = "k2", map[string]digest.Digests{"Secret/vars": {"k2": other}}
			}), Decision{
				Action: Adopt, KeyLost: true,
				Record: with(seen(func(r *Record) { r.Key, r.Inputs = "k2", map[string]string{"Secret/vars": other} })),
			},
		},

		// A change of the spec runs by itself.
		"folded into a change of the spec": {
			settled(push, func(w *world) {
				w.record(seen(toB, func(r *Record) { r.Generation = 2 }))
				w.Object.Generation = 2
			}), Decision{Action: Follow},
		},
		"folded, and then something else changed": {
			settled(push, rotate, func(w *world) {
				w.record(seen(toB, func(r *Record) { r.Generation = 2 }))
				w.Object.Generation = 2
			}), Decision{
				Action: Issue, Cause: CauseRevision, Token: seen(toB, rotated).token(1), News: true, Changed: vars,
				Record: with(seen(toB, rotated, func(r *Record) { r.Generation = 2 }), request(seen(toB, rotated).token(1), 1, CauseRevision, before())),
			},
		},
		"folded, observed, and yet not attempted": {
			settled(push, func(w *world) { w.record(seen(toB, func(r *Record) { r.Generation = 1 })) }), Decision{
				Action: Issue, Cause: CauseRevision, Token: tokenB, News: true,
				Record: with(seen(toB, func(r *Record) { r.Generation = 1 }), request(tokenB, 1, CauseRevision, before())),
			},
		},

		// A user's own request.
		"a user's token that waits counts as the request": {
			settled(push, carries("2026-01-06T11:59:00Z")), Decision{
				Action: Follow, Cause: CauseRevision,
				Record: with(wantB, request("2026-01-06T11:59:00Z", 1, CauseRevision, before(), func(r *Request) { r.User = true })),
			},
		},
		"a user's token that was handled is history": {
			settled(push, carries("yesterday"), handles("yesterday")), issue(CauseRevision, wantB, tokenB),
		},
		"a token of ours that waits, its record lost": {
			settled(unseen, push, carries(tokenB)), Decision{
				Action: Follow, Cause: CauseRevision, Record: with(wantB, request(tokenB, 1, CauseRevision, before())),
			},
		},
		"a user's token over ours is followed instead": {
			settled(push, asked(wantB, 1, CauseRevision), carries("now")), Decision{
				Action: Follow, Cause: CauseRevision,
				Record: with(wantB, request("now", 1, CauseRevision, before(), func(r *Request) { r.User = true })),
			},
		},

		// Following a request.
		"not handled yet":        {settled(push, asked(wantB, 1, CauseRevision)), Decision{Action: Follow, Cause: CauseRevision}},
		"not handled, suspended": {settled(push, suspend, asked(wantB, 1, CauseRevision)), Decision{Action: Follow, Cause: CauseRevision}},
		"the token was dropped":  {settled(push, asked(wantB, 1, CauseRevision), func(w *world) { delete(w.Object.Annotations, AnnotationRequest) }), Decision{Action: Issue, Cause: CauseRevision, Token: tokenB}},
		"dropped once handled":   {settled(push, asked(wantB, 1, CauseRevision, due(time.Second)), handles(tokenB), func(w *world) { delete(w.Object.Annotations, AnnotationRequest) }), Decision{Action: Follow, Cause: CauseRevision, After: time.Second}},
		"success proves":         {settled(push, asked(wantB, 1, CauseRevision), handles(tokenB), succeeds, attempts(revB)), Decision{Action: Proven, Cause: CauseRevision, News: true, Record: with(wantB)}},
		"a counted failure proves": {
			settled(push, asked(wantB, 1, CauseRevision), handles(tokenB), failed(1), attempts(revB)),
			Decision{Action: Proven, Cause: CauseRevision, News: true, Record: with(wantB)},
		},
		"one failure before and one at the new revision": {
			settled(push, asked(wantB, 1, CauseRevision, func(r *Request) { r.Before.Failures = 1 }), handles(tokenB), failed(1), attempts(revB)),
			Decision{Action: Proven, Cause: CauseRevision, News: true, Record: with(wantB)},
		},
		"turned away for a dependency is no run": {
			settled(push, asked(wantB, 1, CauseRevision, func(r *Request) { r.Before.Failures = 1 }), handles(tokenB), failed(1), attempts(revB),
				condition("Ready", "False", "DependencyNotReady")),
			Decision{Action: Follow, Cause: CauseRevision, After: 30 * time.Second, Record: with(wantB, request(tokenB, 1, CauseRevision, before(func(b *Before) { b.Failures = 1 }), due(30*time.Second)))},
		},
		"counted, not handled yet: the runner is being cleaned up": {
			settled(push, asked(wantB, 1, CauseRevision), succeeds, attempts(revB)), Decision{Action: Follow, Cause: CauseRevision},
		},
		"success of the attempted revision, not of the wanted one": {
			settled(push, asked(wantB, 1, CauseRevision), handles(tokenB), succeeds),
			Decision{Action: Follow, Cause: CauseRevision, After: 30 * time.Second, Record: with(wantB, request(tokenB, 1, CauseRevision, before(), due(30*time.Second)))},
		},
		"the plan from before was applied, nothing was planned": {
			settled(rotate, asked(wantVars, 1, CauseInputs, func(r *Request) { r.Before.Pending = "plan-main-aaaaaaaaaa" }), handles(tokenVars), succeeds),
			Decision{Action: Follow, Cause: CauseInputs, After: 30 * time.Second, Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(func(b *Before) { b.Pending = "plan-main-aaaaaaaaaa" }), due(30*time.Second)))},
		},
		"the plan from before, and a plan after it": {
			settled(rotate, asked(wantVars, 1, CauseInputs, func(r *Request) { r.Before.Pending = "plan-main-aaaaaaaaaa" }), handles(tokenVars), succeeds, plans(revA)),
			Decision{Action: Proven, Cause: CauseInputs, News: true, Record: with(wantVars)},
		},
		"a run that was under way ends: what it counts is no proof": {
			settled(rotate, asked(wantVars, 1, CauseInputs, func(r *Request) { r.Before.Running = true }), succeeds),
			Decision{Action: Follow, Cause: CauseInputs, Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(func(b *Before) { b.Success = "2026-01-06T11:59:59Z" })))},
		},
		"the next one begins: the count starts here": {
			settled(rotate, asked(wantVars, 1, CauseInputs), succeeds, underway),
			Decision{Action: Follow, Cause: CauseInputs, Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(func(b *Before) { b.Success, b.Started = "2026-01-06T11:59:59Z", true })))},
		},
		"which of two runs was counted cannot be told": {
			settled(rotate, asked(wantVars, 1, CauseInputs, func(r *Request) { r.Before.Running = true }), succeeds, handles(tokenVars)),
			Decision{Action: Follow, Cause: CauseInputs, After: 30 * time.Second, Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(func(b *Before) { b.Success = "2026-01-06T11:59:59Z" }), due(30*time.Second)))},
		},
		"a change while a request is under way asks anew": {
			settled(push, rotate, asked(wantB, 1, CauseRevision)), issue(CauseRevision, seen(toB, rotated), seen(toB, rotated).token(1), vars...),
		},
		"another digest while a request is under way asks anew": {
			settled(push, asked(wantB, 1, CauseRevision), func(w *world) { w.Source.Digest = "sha256:b2" }),
			issue(CauseRevision, seen(func(r *Record) { r.Revision, r.Digest = revB, "sha256:b2" }), seen(func(r *Record) { r.Revision, r.Digest = revB, "sha256:b2" }).token(1)),
		},

		// Swallowed tokens.
		"consumed without a run": {
			settled(rotate, asked(wantVars, 1, CauseInputs), handles(tokenVars)),
			Decision{Action: Follow, Cause: CauseInputs, After: 30 * time.Second, Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(), due(30*time.Second)))},
		},
		"consumed, within grace": {
			settled(rotate, asked(wantVars, 1, CauseInputs, due(10*time.Second)), handles(tokenVars)),
			Decision{Action: Follow, Cause: CauseInputs, After: 10 * time.Second},
		},
		"consumed, then a run after all": {
			settled(rotate, asked(wantVars, 1, CauseInputs, due(10*time.Second)), handles(tokenVars), succeeds),
			Decision{Action: Proven, Cause: CauseInputs, News: true, Record: with(wantVars)},
		},
		"swallowed: asked again": {
			settled(rotate, asked(wantVars, 1, CauseInputs, due(0)), handles(tokenVars)),
			Decision{Action: Issue, Cause: CauseInputs, Token: wantVars.token(2), Swallowed: true, News: true, Record: with(wantVars, request(wantVars.token(2), 2, CauseInputs, before()))},
		},
		"swallowed three times: longer patience": {
			settled(rotate, asked(wantVars, 3, CauseInputs), handles(wantVars.token(3))),
			Decision{Action: Follow, Cause: CauseInputs, After: 2 * time.Minute, Record: with(wantVars, request(wantVars.token(3), 3, CauseInputs, before(), due(2*time.Minute)))},
		},
		"swallowed forty times: at most maxBackoff": {
			settled(rotate, asked(wantVars, 40, CauseInputs), handles(wantVars.token(40))),
			Decision{Action: Follow, Cause: CauseInputs, After: 10 * time.Minute, Record: with(wantVars, request(wantVars.token(40), 40, CauseInputs, before(), due(10*time.Minute)))},
		},
		"a user's token was swallowed: ours follows": {
			settled(rotate, asked(wantVars, 1, CauseInputs, due(0), func(r *Request) { r.Token, r.User = "now", true }), handles("now")),
			Decision{Action: Issue, Cause: CauseInputs, Token: wantVars.token(2), Swallowed: true, News: true, Record: with(wantVars, request(wantVars.token(2), 2, CauseInputs, before()))},
		},
		"swallowed for it was suspended: held until resumed": {
			settled(rotate, suspend, asked(wantVars, 1, CauseInputs, due(0)), handles(tokenVars)),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockSuspended, News: true, Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(), due(0)), func(r *Record) { r.Blocked = BlockSuspended })},
		},
		"swallowed at a new revision, retries exhausted: bumped": {
			settled(push, spent, asked(wantB, 1, CauseRevision, due(0)), handles(tokenB)),
			Decision{
				Action: Bump, Cause: CauseRevision, Token: wantB.token(2), Swallowed: true, News: true,
				Record: with(wantB, request(wantB.token(2), 2, CauseRevision, before(func(b *Before) { b.Failures = 3 }), func(r *Request) { r.Generation = 2 })),
			},
		},

		// What a token cannot do.
		"suspended": {
			settled(push, suspend), Decision{Action: Blocked, Cause: CauseRevision, Block: BlockSuspended, News: true, Record: with(seen(), func(r *Record) { r.Blocked = BlockSuspended })},
		},
		"suspended is said once": {
			settled(push, suspend, func(w *world) { w.record(seen(func(r *Record) { r.Blocked = BlockSuspended })) }),
			Decision{Action: Blocked, Cause: CauseRevision, Block: BlockSuspended},
		},
		"suspended at first sight: what is newer stays wanted": {
			settled(push, suspend, unseen), Decision{
				Action: Blocked, Cause: CauseRevision, Block: BlockSuspended, News: true,
				Record: with(seen(), func(r *Record) { r.Digest, r.Blocked = "", BlockSuspended }),
			},
		},
		"resumed": {
			settled(push, func(w *world) { w.record(seen(func(r *Record) { r.Blocked = BlockSuspended })) }), issue(CauseRevision, wantB, tokenB),
		},
		"no longer wanted, no longer blocked": {
			settled(func(w *world) { w.record(seen(func(r *Record) { r.Blocked = BlockManual })) }), Decision{Action: Adopt, Record: with(seen())},
		},
		"an input changed and there is no source": {
			settled(rotate, func(w *world) { w.Source = nil }),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockSource, News: true, Changed: vars, Record: with(seen(), func(r *Record) { r.Blocked = BlockSource })},
		},
		"a manual plan waits": {
			settled(rotate, approve(""), pending),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockPending, News: true, Changed: vars, Record: with(seen(), func(r *Record) { r.Blocked = BlockPending })},
		},
		"an approved plan waits": {
			settled(rotate, approve("plan-main-aaaaaaaaaa"), pending),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockPending, News: true, Changed: vars, Record: with(seen(), func(r *Record) { r.Blocked = BlockPending })},
		},
		"manual mode at the same revision": {
			settled(rotate, approve("")),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockManual, News: true, Changed: vars, Record: with(seen(), func(r *Record) { r.Blocked = BlockManual })},
		},
		"retries exhausted: bumped": {
			settled(rotate, spent),
			Decision{
				Action: Bump, Cause: CauseInputs, Token: tokenVars, News: true, Changed: vars,
				Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(func(b *Before) { b.Failures = 3 }), func(r *Request) { r.Generation = 2 })),
			},
		},
		"retries exhausted, bumping is off": {
			settled(rotate, spent, noBump),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockRetries, News: true, Changed: vars, Record: with(seen(), func(r *Record) { r.Blocked = BlockRetries })},
		},
		"retries exhausted in manual mode": {
			settled(rotate, spent, approve("")),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockRetries, News: true, Changed: vars, Record: with(seen(), func(r *Record) { r.Blocked = BlockRetries })},
		},
		"no retries at all: no generation ever runs": {
			settled(rotate, func(w *world) { w.Object.Spec.Remediation = &tofu.Remediation{} }),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockRetries, News: true, Changed: vars, Record: with(seen(), func(r *Record) { r.Blocked = BlockRetries })},
		},
		"retries without bound": {
			settled(rotate, spent, func(w *world) { w.Object.Spec.Remediation.Retries = -1 }), Decision{
				Action: Issue, Cause: CauseInputs, Token: tokenVars, News: true, Changed: vars,
				Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(func(b *Before) { b.Failures = 3 }))),
			},
		},
		"plan only, a plan is there: bumped": {
			settled(rotate, planOnly, pending), Decision{
				Action: Bump, Cause: CauseInputs, Token: tokenVars, News: true, Changed: vars,
				Record: with(wantVars, request(tokenVars, 1, CauseInputs, before(func(b *Before) { b.Pending = "plan-main-aaaaaaaaaa" }), func(r *Request) { r.Generation = 2 })),
			},
		},
		"plan only, a plan is there, bumping is off": {
			settled(rotate, planOnly, pending, noBump),
			Decision{Action: Blocked, Cause: CauseInputs, Block: BlockPlanOnly, News: true, Changed: vars, Record: with(seen(), func(r *Record) { r.Blocked = BlockPlanOnly })},
		},
		"plan only, none is there": {settled(rotate, planOnly), issue(CauseInputs, wantVars, tokenVars, vars...)},

		// A bump is followed by its generation.
		"bumped, not observed": {
			settled(rotate, spent, func(w *world) { w.Object.Generation = 2 }, asked(wantVars, 1, CauseInputs, func(r *Request) { r.Generation, r.Before.Failures = 2, 3 })),
			Decision{Action: Follow, Cause: CauseInputs},
		},
		"bumped, observed, still running": {
			settled(rotate, underway, func(w *world) { w.Object.Generation, w.Object.Status.ObservedGeneration = 2, 2 },
				asked(wantVars, 1, CauseInputs, func(r *Request) { r.Generation, r.Before.Started = 2, true })),
			Decision{Action: Follow, Cause: CauseInputs},
		},
		"bumped, and the run failed once": {
			settled(rotate, failed(1), func(w *world) { w.Object.Generation, w.Object.Status.ObservedGeneration = 2, 2 },
				asked(wantVars, 1, CauseInputs, func(r *Request) { r.Generation, r.Before.Failures = 2, 1 })),
			Decision{Action: Proven, Cause: CauseInputs, News: true, Record: with(wantVars)},
		},

		// A kept runner pod.
		"a kept pod holds the old value: removed first": {
			settled(rotate, keep, remove), Decision{Action: RemovePod, Cause: CauseInputs, Changed: vars, Pod: "pod-1", After: 2 * time.Second},
		},
		"not while a run is under way": {
			settled(rotate, keep, remove, underway), Decision{Action: Wait, Cause: CauseInputs, Changed: vars, After: 30 * time.Second},
		},
		"it is leaving: ask": {
			settled(rotate, keep, remove, func(w *world) { w.Pod.Leaving = true }), issue(CauseInputs, wantVars, tokenVars, vars...),
		},
		"it is gone: ask": {
			settled(rotate, keep, remove, func(w *world) { w.Pod = nil }), issue(CauseInputs, wantVars, tokenVars, vars...),
		},
		"a value that is read at each run": {
			settled(rotate, keep, remove, func(w *world) { w.Inputs.Fixed = nil }), issue(CauseInputs, wantVars, tokenVars, vars...),
		},
		"a kept pod that is not to be removed": {
			settled(rotate, keep), Decision{
				Action: Blocked, Cause: CauseInputs, Block: BlockPod, News: true, Changed: vars, After: 10 * time.Minute,
				Record: with(seen(), func(r *Record) { r.Blocked = BlockPod }),
			},
		},
		"a kept pod that is not to be removed, and a new revision": {
			settled(push, rotate, keep), issue(CauseRevision, seen(toB, rotated), seen(toB, rotated).token(1), vars...),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Plan(c.world.Input)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestPokes(t *testing.T) {
	pokes := func(w *world) { w.Settings.PokeSources = true }
	fails := func(w *world) { w.Object.Status.ReconciliationFailures = 1 }
	on := func(change ...func(*world)) world { return settled(append([]func(*world){pokes, fails}, change...)...) }
	source := settled().Source
	token := func(n int) string { return pokeToken(source, n) }
	poked := func(n int, due time.Duration) func(*Record) {
		return func(r *Record) { r.Poke = &Poke{Token: token(n), Due: noon.Add(due)} }
	}
	was := func(n int, due time.Duration) func(*world) {
		return func(w *world) {
			w.record(seen(poked(n, due)))
			w.Source.Requested, w.Source.Handled = token(n), token(n)
		}
	}
	first := Decision{Action: PokeIt, Cause: CauseSource, Token: token(1), After: 30 * time.Second, Record: with(seen(poked(1, 30*time.Second)))}
	for name, c := range map[string]struct {
		world world
		want  Decision
	}{
		"off":                     {settled(fails), Decision{Action: Nothing}},
		"never a healthy object":  {settled(pokes), Decision{Action: Nothing}},
		"healthy again":           {settled(pokes, was(2, time.Minute)), Decision{Action: Adopt, Record: with(seen())}},
		"failing":                 {on(), first},
		"not ready":               {settled(pokes, condition("Ready", "False", "TFExecPlanFailed")), first},
		"suspended object":        {on(suspend), Decision{Action: Nothing}},
		"suspended source":        {on(func(w *world) { w.Source.Suspended = true }), Decision{Action: Nothing}},
		"a bucket":                {on(func(w *world) { w.Source.Kind = "Bucket" }), Decision{Action: Nothing}},
		"no source":               {on(func(w *world) { w.Source = nil }), Decision{Action: Nothing}},
		"a source in a hurry":     {on(func(w *world) { w.Source.Interval = 30 * time.Second }), Decision{Action: Nothing}},
		"somebody asked it":       {on(func(w *world) { w.Source.Requested = "now" }), Decision{Action: Nothing}},
		"somebody had asked it":   {on(func(w *world) { w.Source.Requested, w.Source.Handled = "now", "now" }), first},
		"poked, no answer":        {on(was(1, 0), func(w *world) { w.Source.Handled = "" }), Decision{Action: Nothing}},
		"poked, too early":        {on(was(1, 20*time.Second)), Decision{Action: Nothing, After: 20 * time.Second}},
		"poked, again":            {on(was(1, 0)), Decision{Action: PokeIt, Cause: CauseSource, Token: token(2), After: time.Minute, Record: with(seen(poked(2, time.Minute)))}},
		"poked five times":        {on(was(5, 0)), Decision{Action: Nothing}},
		"poked by another object": {on(was(2, 0), func(w *world) { w.record(seen()) }), Decision{Action: Adopt, After: time.Minute, Record: with(seen(poked(2, time.Minute)))}},
		"a newer revision is not poked for": {
			on(push), Decision{
				Action: Issue, Cause: CauseRevision, Token: seen(toB).token(1), News: true,
				Record: with(seen(toB), request(seen(toB).token(1), 1, CauseRevision, before(func(b *Before) { b.Failures = 1 }))),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Plan(c.world.Input)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
