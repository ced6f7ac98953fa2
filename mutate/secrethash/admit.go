package secrethash

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/patch"
)

// Request is the creation or update of one workload.
type Request struct {
	New         Workload
	Old         *Workload // nil at creation
	Mode        Mode
	PullSecrets bool // image pull Secrets count
}

// Live is what an admission reads, and only when the template is new or changes.
type Live struct {
	// Ring that holds the key of that id if any replica has it; the id is "" when none is asked for.
	Ring func(ctx context.Context, id string) digest.Keyring
	// Read digests of all refs.
	Read func(ctx context.Context, refs []digest.Ref) (map[string]digest.Digests, error)
}

// Outcome of an admission.
type Outcome struct {
	// Changes to the object as the client sent it; those that change nothing are in it too.
	Changes []patch.Change
	// What was done, for the audit log: "", "stamped", "folded", "restored".
	Done string
	// Cause: ids of changed references that this update rolls out with its own change.
	Cause []string
	// KeyLost: the baseline was under a key that is gone.
	KeyLost bool
}

// own annotations of the workload: nobody but the webhook and its controller writes them.
var own = []string{AnnotationBaseline, AnnotationCause, AnnotationAt}

// Admit says how our annotations are to be. What it answers depends on the request and on what is live, not on annotations that the client sent: a second call on
// the patched object answers the same. With an error the outcome is good to use all the same: nothing stamped at creation, everything as it was at an update.
func Admit(ctx context.Context, request Request, live Live) (Outcome, error) {
	switch {
	case request.Mode == Disabled:
		return Outcome{}, nil
	case request.Old == nil:
		return created(ctx, request, live)
	case SameTemplate(request.New, *request.Old):
		return restored(request), nil
	}
	return folded(ctx, request, live)
}

// SameTemplate tells whether two workloads have the same pod template, our stamp aside.
func SameTemplate(a, b Workload) bool {
	if a.Template == b.Template {
		return true
	}
	x, y := *a.Template, *b.Template
	x.Annotations, y.Annotations = unstamped(x.Annotations), unstamped(y.Annotations)
	return equality.Semantic.DeepEqual(x, y)
}

func unstamped(annotations map[string]string) map[string]string {
	if _, found := annotations[AnnotationHash]; !found {
		return annotations
	}
	rest := make(map[string]string, len(annotations))
	for name, value := range annotations {
		if name != AnnotationHash {
			rest[name] = value
		}
	}
	return rest
}

// created workloads are stamped with what their first pods will read. Annotations that came along, from an export or a backup, speak of other pods and go.
func created(ctx context.Context, request Request, live Live) (Outcome, error) {
	wish := wishOf(nil)
	refs := digest.PodRefs(&request.New.Template.Spec, request.PullSecrets)
	if len(refs) == 0 {
		return wish.outcome(request, ""), nil
	}
	ring := live.Ring(ctx, "")
	now, err := live.read(ctx, ring, refs)
	if err != nil {
		return wish.outcome(request, ""), err
	}
	baseline := baselineOf(ring.Current, refs, now)
	if !baseline.fits() {
		return wish.outcome(request, ""), ErrTooManyReferences
	}
	wish.set(AnnotationBaseline, baseline.String())
	if request.Mode == Enabled {
		wish.stamp = Stamp(ring, baseline, "")
	}
	return wish.outcome(request, "stamped"), nil
}

// restored is an update that leaves the template alone: what the client dropped of ours or edited comes back, the stamp too, for its loss would roll.
func restored(request Request) Outcome { return wishOf(request.Old).outcome(request, "restored") }

// folded is an update that rolls the workload out anyway: its pods start with what is live now, and the baseline says so.
//
// The stamp changes with the digests, for a template may come back that an older ReplicaSet has (rollout undo), and with it pods from before the change.
func folded(ctx context.Context, request Request, live Live) (Outcome, error) {
	wish := wishOf(request.Old)
	refs := digest.PodRefs(&request.New.Template.Spec, request.PullSecrets)
	was := request.Old.Baseline()
	if was == nil && len(refs) == 0 {
		return wish.outcome(request, "restored"), nil
	}
	id := ""
	if was != nil {
		id = was.Key
	}
	ring := live.Ring(ctx, id)
	now, err := live.read(ctx, ring, refs)
	if err != nil {
		return wish.outcome(request, "restored"), err
	}
	decision := Decide(ring, was, refs, now, wish.stamp)
	baseline := baselineOf(ring.Current, refs, now)
	if !baseline.fits() {
		return wish.outcome(request, "restored"), ErrTooManyReferences
	}
	wish.set(AnnotationBaseline, baseline.String())
	cause := append(decision.Cause, decision.Held...)
	if len(cause) > 0 {
		wish.set(AnnotationCause, Causes(cause))
	}
	same := was != nil && !decision.KeyLost && baselineOf(was.Key, refs, now).Equal(*was)
	if request.Mode == Enabled && !same {
		wish.stamp = Stamp(ring, baseline, wish.stamp)
	}
	outcome := wish.outcome(request, "folded")
	outcome.Cause, outcome.KeyLost = cause, decision.KeyLost
	return outcome, nil
}

// read all refs; digests that lack the ring's current key are none, for the ring was replaced meanwhile.
func (l Live) read(ctx context.Context, ring digest.Keyring, refs []digest.Ref) (map[string]digest.Digests, error) {
	if len(ring.Keys) == 0 {
		return nil, errors.New("no installation key yet")
	}
	now, err := l.Read(ctx, refs)
	if err != nil {
		return nil, err
	}
	if !complete(ring, refs, now) {
		return nil, errors.New("the installation key changed meanwhile")
	}
	return now, nil
}

// wish is how our annotations are to be; nil means absent.
type wish struct {
	workload map[string]*string
	stamp    string // "" is none
}

// wishOf is how they were; of no workload, none.
func wishOf(old *Workload) wish {
	w := wish{workload: map[string]*string{}}
	for _, name := range own {
		w.workload[name] = nil
		if old == nil {
			continue
		}
		if value, found := old.Annotations[name]; found {
			w.workload[name] = &value
		}
	}
	if old != nil {
		w.stamp = old.Stamp()
	}
	return w
}

func (w wish) set(name, value string) { w.workload[name] = &value }

// outcome for the workload as it was sent.
func (w wish) outcome(request Request, done string) Outcome {
	template := map[string]*string{AnnotationHash: nil}
	if w.stamp != "" {
		template[AnnotationHash] = &w.stamp
	}
	return Outcome{Done: done, Changes: []patch.Change{
		{Path: []string{"metadata"}, Annotations: w.workload},
		{Path: request.New.TemplatePath, Annotations: template},
	}}
}

// Summary of an outcome for audit annotation and log: names only.
func (o Outcome) Summary() string {
	switch {
	case o.KeyLost:
		return o.Done + ": the baseline's key is gone"
	case len(o.Cause) > 0:
		return o.Done + ": " + Causes(o.Cause)
	}
	return o.Done
}
