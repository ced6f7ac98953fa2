package secrethash

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/patch"
)

// pod template that uses key k of each Secret; stamp "" is none.
func template(image, stamp string, names ...string) *corev1.PodTemplateSpec {
	container := corev1.Container{Name: "c", Image: image}
	for _, name := range names {
		container.Env = append(container.Env, corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: "k",
		}}})
	}
	result := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{container}}}
	if stamp != "" {
		result.Annotations = map[string]string{AnnotationHash: stamp}
	}
	return result
}

func workload(template *corev1.PodTemplateSpec, annotations ...string) Workload {
	w := Workload{Template: template, TemplatePath: templatePath}
	for i := 0; i < len(annotations); i += 2 {
		if w.Annotations == nil {
			w.Annotations = map[string]string{}
		}
		w.Annotations[annotations[i]] = annotations[i+1]
	}
	return w
}

// state of our annotations after the changes are made.
type state struct{ Baseline, Cause, At, Stamp string }

func apply(w Workload, changes []patch.Change) Workload {
	annotations, stamps := maps.Clone(w.Annotations), maps.Clone(w.Template.Annotations)
	for _, change := range changes {
		target := &annotations
		if len(change.Path) > 1 {
			target = &stamps
		}
		for name, wish := range change.Annotations {
			delete(*target, name)
			if wish != nil {
				if *target == nil {
					*target = map[string]string{}
				}
				(*target)[name] = *wish
			}
		}
	}
	patched := *w.Template
	patched.Annotations = stamps
	return Workload{annotations, &patched, w.TemplatePath}
}

func stateOf(w Workload) state {
	return state{w.Annotations[AnnotationBaseline], w.Annotations[AnnotationCause], w.Annotations[AnnotationAt], w.Stamp()}
}

func TestAdmit(t *testing.T) {
	b := func(id string, values ...string) string { return base(id, values...).String() }
	stamp := func(last string, values ...string) string { return Stamp(ring, base("k2", values...), last) }
	a1 := b("k2", "a", "1")
	running := workload(template("v1", "s", "a"), AnnotationBaseline, a1, AnnotationCause, "Secret/z", AnnotationAt, "then")
	before := state{a1, "Secret/z", "then", "s"}
	failure := errors.New("the API server is away")
	lost := base("k1", "a", "1")
	lost.Key = "k0"

	tests := map[string]struct {
		new  Workload
		old  *Workload
		mode Mode // "" is enabled
		now  map[string]digest.Digests
		fail error
		// what is expected
		want  state
		done  string
		cause []string
		lost  bool
		reads int
		err   error
	}{
		"created": {
			new: workload(template("v1", "", "a")), now: live("a", "1"),
			want: state{Baseline: a1, Stamp: stamp("", "a", "1")}, done: "stamped", reads: 1,
		},
		"created with a missing Secret": {
			new: workload(template("v1", "", "a")), now: live("a", ""),
			want: state{Baseline: b("k2", "a", ""), Stamp: stamp("", "a", "")}, done: "stamped", reads: 1,
		},
		"created from an export": {
			new: running, now: live("a", "2"),
			want: state{Baseline: b("k2", "a", "2"), Stamp: stamp("", "a", "2")}, done: "stamped", reads: 1,
		},
		"created without references":                 {new: workload(template("v1", "")), want: state{}},
		"created without references, from an export": {new: workload(template("v1", "s"), AnnotationBaseline, a1), want: state{}},
		"created while nothing can be read":          {new: running, fail: failure, want: state{}, reads: 1, err: failure},
		"created in dry-run":                         {new: workload(template("v1", "", "a")), mode: DryRun, now: live("a", "1"), want: state{Baseline: a1}, done: "stamped", reads: 1},
		"created while disabled":                     {new: running, mode: Disabled, want: before},

		"nothing changes": {new: running, old: &running, want: before, done: "restored"},
		"replaced without our annotations (PUT)": {
			new: workload(template("v1", "", "a")), old: &running,
			want: before, done: "restored",
		},
		"edited by hand": {
			new: workload(template("v1", "mine", "a"), AnnotationBaseline, "{}", AnnotationCause, "me"), old: &running,
			want: before, done: "restored",
		},
		"annotations invented by hand": {
			new: workload(template("v1", "mine", "a"), AnnotationBaseline, a1, AnnotationAt, "now"), old: new(workload(template("v1", "", "a"))),
			want: state{}, done: "restored",
		},
		"replaced while disabled":   {new: workload(template("v1", "", "a")), old: &running, mode: Disabled, want: state{}},
		"replaced in dry-run":       {new: workload(template("v1", "", "a")), old: &running, mode: DryRun, want: before, done: "restored"},
		"other annotations changed": {new: workload(template("v1", "s", "a"), "mine", "x"), old: &running, want: before, done: "restored"},

		"template changes, values do not": {
			new: workload(template("v2", "s", "a")), old: &running, now: live("a", "1"),
			want: before, done: "folded", reads: 1,
		},
		"template and value change": {
			new: workload(template("v2", "s", "a")), old: &running, now: live("a", "2"),
			want: state{b("k2", "a", "2"), "Secret/a", "then", stamp("s", "a", "2")}, done: "folded", cause: []string{"Secret/a"}, reads: 1,
		},
		"template and value change in dry-run": {
			new: workload(template("v2", "s", "a")), old: &running, mode: DryRun, now: live("a", "2"),
			want: state{b("k2", "a", "2"), "Secret/a", "then", "s"}, done: "folded", cause: []string{"Secret/a"}, reads: 1,
		},
		"a reference is added": {
			new: workload(template("v1", "s", "a", "b")), old: &running, now: live("a", "1", "b", "1"),
			want: state{b("k2", "a", "1", "b", "1"), "Secret/z", "then", stamp("s", "a", "1", "b", "1")}, done: "folded", reads: 1,
		},
		"the last reference goes": {
			new: workload(template("v1", "s")), old: &running, now: live(),
			want: state{b("k2"), "Secret/z", "then", stamp("s")}, done: "folded", reads: 1,
		},
		"the Secret has vanished: pods wait for it": {
			new: workload(template("v2", "s", "a")), old: &running, now: live("a", ""),
			want: state{b("k2", "a", ""), "Secret/z", "then", stamp("s", "a", "")}, done: "folded", reads: 1,
		},
		"one has vanished, the other changed": {
			new: workload(template("v2", "s", "a", "b")), old: new(workload(template("v1", "s", "a", "b"), AnnotationBaseline, b("k2", "a", "1", "b", "1"))), now: live("a", "", "b", "2"),
			want: state{b("k2", "a", "", "b", "2"), "Secret/b", "", stamp("s", "a", "", "b", "2")}, done: "folded", cause: []string{"Secret/b"}, reads: 1,
		},
		"a workload not yet adopted changes its template": {
			new: workload(template("v2", "", "a")), old: new(workload(template("v1", "", "a"))), now: live("a", "1"),
			want: state{Baseline: a1, Stamp: stamp("", "a", "1")}, done: "folded", reads: 1,
		},
		"an adopted workload changes its template only": {
			new: workload(template("v2", "", "a")), old: new(workload(template("v1", "", "a"), AnnotationBaseline, a1)), now: live("a", "1"),
			want: state{Baseline: a1}, done: "folded", reads: 1,
		},
		"no references before or after": {
			new: workload(template("v2", "")), old: new(workload(template("v1", ""))),
			want: state{}, done: "restored",
		},
		// kubectl rollout undo of a Deployment puts template and annotations of an older ReplicaSet in place.
		"undo of a change of the image": {
			new: workload(template("v0", "s", "a"), AnnotationBaseline, a1), old: &running, now: live("a", "1"),
			want: before, done: "folded", reads: 1,
		},
		"undo of our own rollout changes nothing": {
			new: workload(template("v1", "", "a")), old: &running,
			want: before, done: "restored",
		},
		"undo to a ReplicaSet from before a change: its pods may know the old value": {
			new: workload(template("v0", "s0", "a"), AnnotationBaseline, b("k2", "a", "0")), old: &running, now: live("a", "1"),
			want: before, done: "folded", reads: 1,
		},
		"restart": {
			new: workload(func() *corev1.PodTemplateSpec {
				restarted := template("v1", "s", "a")
				restarted.Annotations["kubectl.kubernetes.io/restartedAt"] = "now"
				return restarted
			}()), old: &running, now: live("a", "2"),
			want: state{b("k2", "a", "2"), "Secret/a", "then", stamp("s", "a", "2")}, done: "folded", cause: []string{"Secret/a"}, reads: 1,
		},
		"baseline under an older key, same value": {
			new: workload(template("v2", "s", "a")), old: new(workload(template("v1", "s", "a"), AnnotationBaseline, b("k1", "a", "1"))), now: live("a", "1"),
			want: state{Baseline: a1, Stamp: "s"}, done: "folded", reads: 1,
		},
		"baseline under a key that is gone": {
			new: workload(template("v2", "s", "a")), old: new(workload(template("v1", "s", "a"), AnnotationBaseline, lost.String())), now: live("a", "1"),
			want: state{Baseline: a1, Stamp: stamp("s", "a", "1")}, done: "folded", lost: true, reads: 1,
		},
		"baseline that cannot be read": {
			new: workload(template("v2", "s", "a")), old: new(workload(template("v1", "s", "a"), AnnotationBaseline, "{")), now: live("a", "1"),
			want: state{Baseline: a1, Stamp: stamp("s", "a", "1")}, done: "folded", reads: 1,
		},
		"template changes while nothing can be read": {
			new: workload(template("v2", "", "a")), old: &running, fail: failure,
			want: before, done: "restored", reads: 1, err: failure,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.mode == "" {
				test.mode = Enabled
			}
			reads := 0
			source := Live{
				Ring: func(context.Context, string) digest.Keyring { return ring },
				Read: func(context.Context, []digest.Ref) (map[string]digest.Digests, error) {
					reads++
					return test.now, test.fail
				},
			}
			request := Request{New: test.new, Old: test.old, Mode: test.mode}
			outcome, err := Admit(t.Context(), request, source)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			patched := apply(test.new, outcome.Changes)
			got := []any{stateOf(patched), outcome.Done, outcome.Cause, outcome.KeyLost, reads}
			if diff := cmp.Diff([]any{test.want, test.done, test.cause, test.lost, test.reads}, got); diff != "" {
				t.Error(diff)
			}
			// A second call on the patched object changes nothing (reinvocation; server-side-apply dry-runs).
			request.New = patched
			outcome, err = Admit(t.Context(), request, source)
			if !errors.Is(err, test.err) {
				t.Fatalf("again: error %v, want %v", err, test.err)
			}
			if diff := cmp.Diff(stateOf(patched), stateOf(apply(patched, outcome.Changes))); diff != "" {
				t.Errorf("again: %s", diff)
			}
		})
	}
}

func TestAdmitWithoutKeyOrRoom(t *testing.T) {
	var many []string
	now := map[string]digest.Digests{}
	for i := range 5000 {
		name := string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)) + "-a-name-of-some-length"
		many = append(many, name)
		maps.Copy(now, live(name, "1"))
	}
	for name, test := range map[string]struct {
		ring digest.Keyring
		want string
	}{
		"no key yet":       {want: "no installation key yet"},
		"another ring":     {ring: digest.Keyring{Current: "k3", Keys: map[string][]byte{"k3": key(3)}}, want: "the installation key changed meanwhile"},
		"5,000 references": {ring: ring, want: ErrTooManyReferences.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			source := Live{
				Ring: func(context.Context, string) digest.Keyring { return test.ring },
				Read: func(context.Context, []digest.Ref) (map[string]digest.Digests, error) { return now, nil },
			}
			created := workload(template("v1", "", many...))
			old := workload(template("v1", "s", many[1:]...), AnnotationBaseline, "{}")
			for _, request := range []Request{{New: created, Mode: Enabled}, {New: created, Old: &old, Mode: Enabled}} {
				outcome, err := Admit(t.Context(), request, source)
				if err == nil || err.Error() != test.want {
					t.Errorf("error %v, want %s", err, test.want)
				}
				want := state{}
				if request.Old != nil {
					want = stateOf(old)
				}
				if diff := cmp.Diff(want, stateOf(apply(created, outcome.Changes))); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestSummary(t *testing.T) {
	for want, outcome := range map[string]Outcome{
		"":                                   {},
		"stamped":                            {Done: "stamped"},
		"folded: Secret/a, Secret/b":         {Done: "folded", Cause: []string{"Secret/a", "Secret/b"}},
		"folded: the baseline's key is gone": {Done: "folded", KeyLost: true},
	} {
		if got := outcome.Summary(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
