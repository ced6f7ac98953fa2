package delivery

import (
	"fmt"
	"time"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Name of a step, in the order of the way.
type Name string

// Steps of the way.
const (
	StepSource  Name = "source"  // the source serves the commit
	StepBegun   Name = "begun"   // the Terraform object has begun with it
	StepPlan    Name = "plan"    // a plan is made
	StepApply   Name = "apply"   // and applied
	StepAirbyte Name = "airbyte" // what is there now, as far as it can be seen
)

// State of a step.
type State string

// States.
const (
	Done  State = "done"
	Now   State = "now"   // it is waited for
	Stuck State = "stuck" // it will not come by itself, or the last run failed
	Later State = "later"
)

// Step is one stretch of the way.
type Step struct {
	Name  Name
	State State
	At    time.Time // when it was done, as far as the cluster tells; zero when it does not
	// Detail says what is there, or why it does not get on. Names in it may hold any
	// bytes.
	Detail string
	// Said is what the cluster says of that, in its own words: lines that may hold
	// anything, credentials too.
	Said   string
	Remedy string // of what is stuck
}

// Leg is the way of a commit from one source to one Terraform object.
type Leg struct {
	Source    string // GitRepository lotus-lake/lotus-lake
	Terraform string // lotus-lake/lotus-lake-airbyte
	Revision  string // that the source serves; "" for none
	Steps     []Step
	Applied   bool // every step is done
	Stuck     bool
}

// At is the first step that is not done, or the last one.
func (l *Leg) At() Step {
	for _, s := range l.Steps {
		if s.State != Done {
			return s
		}
	}
	return l.Steps[len(l.Steps)-1]
}

// Legs are the ways of a target to all objects that are concerned, sorted.
func (k *Look) Legs(target Target, history History, named bool) ([]Leg, error) {
	var legs []Leg
	for i := range k.Sources {
		s := &k.Sources[i]
		if !concerned(s, target, history, named) {
			continue
		}
		first, here, err := k.source(s, target, history)
		if err != nil {
			return nil, err
		}
		for n := range s.Users {
			legs = append(legs, leg(s, &s.Users[n], first, here))
		}
	}
	return legs, nil
}

// leg goes on from the source to one object.
func leg(s *Source, t *tofu.Terraform, first Step, here bool) Leg {
	l := Leg{Source: s.String(), Terraform: t.Namespace + "/" + t.Name, Steps: []Step{first}}
	if s.Object != nil {
		l.Revision = s.Object.Revision()
	}
	if here {
		l.Steps = append(l.Steps, terraform(t, l.Revision)...)
	} else {
		for _, name := range []Name{StepBegun, StepPlan, StepApply, StepAirbyte} {
			l.Steps = append(l.Steps, Step{Name: name, State: Later})
		}
	}
	l.Applied = true
	for _, step := range l.Steps {
		l.Applied = l.Applied && step.State == Done
		l.Stuck = l.Stuck || step.State == Stuck
	}
	return l
}

// source is the first step, and whether what the source serves is what is followed.
func (k *Look) source(s *Source, target Target, history History) (Step, bool, error) {
	step := Step{Name: StepSource, State: Stuck}
	if s.Object == nil {
		step.Detail = s.String() + " does not exist"
		step.Remedy = "create it, or mend spec.sourceRef of its Terraform objects"
		return step, false, nil
	}
	how, err := arrived(s, target, history)
	if err != nil {
		return step, false, err
	}
	o := s.Object
	ready := o.Ready()
	failing := ready != nil && ready.Status == "False"
	switch {
	case (how == exactly || how == within) && (target.Commit != "" || !failing && !o.Spec.Suspend):
		step.State, step.Detail = Done, "serves "+o.Revision()
		if how == within {
			step.Detail += ", which contains it"
		}
		if at := o.Status.Artifact.LastUpdateTime; at != nil {
			step.At = at.Time
		}
		return step, true, nil
	case o.Spec.Suspend:
		step.Detail, step.Remedy = "is suspended", fmt.Sprintf("flux resume source %s %s -n %s", fluxName(s.Kind), s.Name, s.Namespace)
	case failing:
		step.Detail, step.Said, step.Remedy = "cannot fetch: "+ready.Reason, ready.Message, "mend what it says; it tries again by itself"
	case how == unknown:
		step.State = Now
		step.Detail = fmt.Sprintf("serves %s, which is not known here, and looks every %s", o.Revision(), Brief(o.Spec.Interval.Duration))
		step.Remedy = "if it is newer: git fetch, and look again; if it is of another repository: name the source with --source"
	case o.Revision() == "":
		step.State, step.Detail = Now, "serves nothing yet"
	default:
		step.State, step.Detail = Now, fmt.Sprintf("serves %s and looks every %s", o.Revision(), Brief(o.Spec.Interval.Duration))
	}
	return step, false, nil
}

// fluxName is how the flux command calls a kind of source.
func fluxName(kind string) string {
	switch kind {
	case "OCIRepository":
		return "oci"
	case "Bucket":
		return "bucket"
	}
	return "git"
}
