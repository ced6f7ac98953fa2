package rerun

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// updated is an update of the settled world's object that changes nothing yet.
func updated(w world, change ...func(*Admission)) Admission {
	a := Admission{Object: w.Object.DeepCopy(), Old: w.Object.DeepCopy(), Source: w.Source, Inputs: w.Inputs, Settings: w.Settings}
	for _, c := range change {
		c(&a)
	}
	return a
}

func created(w world) Admission {
	a := updated(w)
	a.Old = nil
	a.Object.Status = tofu.TerraformStatus{}
	a.Object.Generation = 0
	return a
}

func specChanges(a *Admission) { a.SpecChanged = true }

func TestAdmit(t *testing.T) {
	text := func(r *Record) *string { s := r.String(); return &s }
	is := func(s string) *string { return &s }
	generation := func(n int64) func(*Record) { return func(r *Record) { r.Generation = n } }
	wantB, wantVars := seen(toB), seen(rotated)
	drops := func(a *Admission) { a.Object.Annotations = nil }
	bumped := func(w *world) {
		w.Object.Spec.RunnerPodTemplate.Metadata.Annotations = map[string]string{AnnotationInputs: "x", "mine": "1"}
	}
	for name, c := range map[string]struct {
		admission Admission
		want      Amendment
	}{
		"created: recorded":                    {created(settled(unseen)), Amendment{Record: text(with(seen(), generation(1)))}},
		"created without a source":             {created(settled(unseen, func(w *world) { w.Source = nil })), Amendment{Record: text(with(seen(), generation(1), func(r *Record) { r.Revision, r.Digest = "", "" }))}},
		"created with a record of another":     {created(settled(asked(wantB, 1, CauseRevision))), Amendment{Record: text(with(seen(), generation(1)))}},
		"nothing changed":                      {updated(settled()), Amendment{}},
		"not seen yet: left to the controller": {updated(settled(unseen)), Amendment{}},
		"it goes away":                         {updated(settled(push), func(a *Admission) { a.Object.DeletionTimestamp = &metav1.Time{Time: noon} }), Amendment{}},
		"the record was dropped":               {updated(settled(), drops), Amendment{Record: text(with(seen()))}},
		"record and token were dropped":        {updated(settled(asked(wantB, 1, CauseRevision), push), drops), Amendment{Record: text(with(wantB, request(wantB.token(1), 1, CauseRevision, before()))), Request: is(wantB.token(1))}},
		"a user's token was dropped":           {updated(settled(carries("by hand")), drops), Amendment{Record: text(with(seen()))}},
		"the template's annotation was dropped": {
			updated(settled(bumped), func(a *Admission) {
				a.Object.Spec.RunnerPodTemplate.Metadata.Annotations = map[string]string{"mine": "1"}
			}),
			Amendment{Inputs: is("x")},
		},
		"the template was dropped as a whole": {
			updated(settled(bumped), specChanges, func(a *Admission) {
				a.Object.Spec.RunnerPodTemplate = tofu.RunnerPodTemplate{}
				a.NoTemplate = true
			}), Amendment{Record: text(with(seen(), generation(2)))},
		},
		"a source that is newer gets the controller's token": {
			updated(settled(push)), Amendment{Record: text(with(wantB, request(wantB.token(1), 1, CauseRevision, before()))), Request: is(wantB.token(1))},
		},
		"an input that is newer": {
			updated(settled(rotate)), Amendment{Record: text(with(wantVars, request(wantVars.token(1), 1, CauseInputs, before()))), Request: is(wantVars.token(1))},
		},
		"a user asks in this very update":           {updated(settled(rotate), func(a *Admission) { a.Object.Annotations[AnnotationRequest] = "by hand" }), Amendment{}},
		"a request is under way":                    {updated(settled(push, asked(wantB, 1, CauseRevision))), Amendment{}},
		"consumed, its time over: the controller's": {updated(settled(rotate, asked(wantVars, 1, CauseInputs, due(-1)), handles(wantVars.token(1)))), Amendment{}},
		"suspended":                           {updated(settled(push, suspend)), Amendment{}},
		"manual mode at the same revision":    {updated(settled(rotate, approve(""))), Amendment{}},
		"retries exhausted: the controller's": {updated(settled(rotate, spent)), Amendment{}},
		"a kept runner pod: the controller's": {
			updated(settled(rotate, func(w *world) {
				keep := false
				w.Object.Spec.AlwaysCleanupRunnerPod = &keep
				w.Inputs.Fixed = map[string]bool{"Secret/vars": true}
			})), Amendment{},
		},
		"the spec changes: folded into its run": {updated(settled(push, rotate), specChanges), Amendment{Record: text(with(seen(toB, rotated), generation(2)))}},
		"the spec changes while a request is under way": {
			updated(settled(push, asked(wantB, 1, CauseRevision)), specChanges), Amendment{Record: text(with(wantB, generation(2)))},
		},
		"the spec changes, but it is suspended": {updated(settled(push, suspend), specChanges), Amendment{}},
		"a plan is approved: its run takes in nothing newer": {
			updated(settled(rotate, approve("plan-main-aaaaaaaaaa"), pending), specChanges), Amendment{},
		},
		"the spec changes in manual mode, a plan waits: it is made anew": {
			updated(settled(rotate, approve(""), pending), specChanges), Amendment{Record: text(with(wantVars, generation(2)))},
		},
		"the controller's own write": {
			updated(settled(push, rotate), func(a *Admission) { a.Object.Annotations[AnnotationRecord] = wantB.String() }), Amendment{},
		},
		"the controller's own bump": {
			updated(settled(push, rotate), specChanges, func(a *Admission) { a.Object.Annotations[AnnotationRecord] = wantB.String() }), Amendment{},
		},
		"a record that is no record": {
			updated(settled(push), specChanges, func(a *Admission) { a.Object.Annotations[AnnotationRecord] = "{" }), Amendment{Record: text(with(wantB, generation(2)))},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Admit(c.admission)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Fatalf("-want +got\n%s", diff)
			}
			if again := Admit(amended(c.admission, got)); again != (Amendment{}) {
				t.Errorf("amended twice: %s", cmp.Diff(Amendment{}, again))
			}
		})
	}
}

// amended is the request as it is asked again once the amendment is made.
func amended(a Admission, m Amendment) Admission {
	a.Object = a.Object.DeepCopy()
	if m.Record != nil {
		metav1.SetMetaDataAnnotation(&a.Object.ObjectMeta, AnnotationRecord, *m.Record)
	}
	if m.Request != nil {
		metav1.SetMetaDataAnnotation(&a.Object.ObjectMeta, AnnotationRequest, *m.Request)
	}
	if m.Inputs != nil {
		a.Object.Spec.RunnerPodTemplate.Metadata.Annotations[AnnotationInputs] = *m.Inputs
	}
	return a
}

// What admission writes leaves the controller nothing to ask for, and the other way
// round: a change is asked for once, whoever sees it first.
func TestOnceWhoeverIsFirst(t *testing.T) {
	for name, w := range map[string]world{"push": settled(push), "digest": settled(pack), "input": settled(rotate), "both": settled(push, rotate)} {
		t.Run(name, func(t *testing.T) {
			a := updated(w)
			m := Admit(a)
			d := Plan(w.Input)
			if m.Request == nil || *m.Request != d.Token || *m.Record != d.Record.String() {
				t.Fatalf("admission writes %v, the controller %q %v", m, d.Token, d.Record)
			}
			w.Object = amended(a, m).Object
			if d := Plan(w.Input); d.Action != Follow || d.Writes() {
				t.Errorf("after admission the controller does %+v", d)
			}
			if m := Admit(updated(w)); m != (Amendment{}) {
				t.Errorf("after the token admission writes %v", m)
			}
		})
	}
}

func FuzzParseRecord(f *testing.F) {
	r := seen(toB)
	for _, text := range []string{"", "{}", "null", seen().String(), with(r, request(r.token(2), 2, CauseInputs, before())).String(), `{"request":{"token":"x","attempt":-1}}`, `{"inputs":{"Secret/a":"-"}}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRecord(text)
		if err != nil {
			return
		}
		again, err := ParseRecord(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q reads back as %v, %v", text, again, err)
		}
		w := settled(push, rotate)
		w.Object.Annotations[AnnotationRecord] = text
		Plan(w.Input)
		Admit(updated(w))
	})
}

func TestTokens(t *testing.T) {
	r := seen()
	seenBefore := map[string]string{}
	for name, other := range map[string]Record{
		"same": r, "revision": seen(toB), "digest": seen(repacked), "input": seen(rotated),
		"moved": seen(func(r *Record) { r.Revision, r.Digest = r.Revision+r.Digest[:1], r.Digest[1:] }),
		"other": seen(func(r *Record) { r.Inputs = map[string]string{"Secret/other": old1} }),
	} {
		token := other.token(1)
		if len(token) != len(TokenPrefix)+16 {
			t.Errorf("%s: token %q", name, token)
		}
		if was, found := seenBefore[token]; found {
			t.Errorf("%s and %s have the token %s", name, was, token)
		}
		seenBefore[token] = name
	}
	if got := r.fresh(1, r.token(1), r.token(2)); got != 3 || r.token(3) != r.token(1)+"-3" {
		t.Errorf("fresh %d, %s", got, r.token(3))
	}
	s := &Source{Revision: revA, Digest: "sha256:a"}
	for requested, want := range map[string]int{"": 0, "by hand": 0, pokeToken(s, 1): 1, pokeToken(s, 7): 7, pokeToken(s, 1) + "-x": 0, pokeToken(s, 1) + "-99999999999": 0} {
		s.Requested = requested
		if got := pokes(s); got != want {
			t.Errorf("pokes of %q: %d, want %d", requested, got, want)
		}
	}
}
