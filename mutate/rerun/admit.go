package rerun

import (
	"strings"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Admission is one request that creates or updates a Terraform object.
type Admission struct {
	Object *tofu.Terraform
	Old    *tofu.Terraform // nil on CREATE
	// SpecChanged: something besides metadata and status differs, so that the
	// object gets a new generation and runs by itself.
	SpecChanged bool
	// NoTemplate: the object has no spec.runnerPodTemplate.
	NoTemplate bool
	Source     *Source
	Inputs     Inputs
	Settings   Settings
}

// Amendment is what admission writes; a nil pointer leaves a field as it came.
type Amendment struct {
	Record  *string // annotation lotus-gate.dev/refresh
	Request *string // annotation reconcile.fluxcd.io/requestedAt
	Inputs  *string // annotation lotus-gate.dev/inputs of the runner pod's template
}

// Settled reports whether an update needs no look at source and inputs: it is one
// of the controller's own, which brings its record along, or the object goes away.
func (a Admission) Settled() bool {
	if a.Object.DeletionTimestamp != nil {
		return true
	}
	if a.Old == nil {
		return false
	}
	record, found := a.Object.Annotations[AnnotationRecord]
	if !found || record == a.Old.Annotations[AnnotationRecord] {
		return false
	}
	_, err := ParseRecord(record)
	return err == nil
}

// Admit amends a request. It depends on its arguments alone, no clock among them,
// and amends nothing when it is asked about its own result.
//
// A new object is recorded with what is there. What an update dropped of ours
// comes back. A change of the spec runs by itself, so what it takes in is recorded;
// any other update gets the token that the controller would write, when the source
// or an input is newer than the record and nothing stands in the way.
func Admit(a Admission) Amendment {
	if a.Object.DeletionTimestamp != nil {
		return Amendment{}
	}
	if a.Old == nil {
		p := planner{Input: Input{Object: a.Object, Source: a.Source, Inputs: a.Inputs}}
		p.inputs = p.record.compare(a.Inputs)
		r := p.wanted()
		r.Generation = 1
		return Amendment{Record: differs(r.String(), a.Object.Annotations[AnnotationRecord])}
	}
	object := a.Object.DeepCopy()
	out := a.restore(object)
	if a.Settled() {
		return out
	}
	if a.SpecChanged {
		if object.Spec.Suspend || object.AppliesPending() {
			return out
		}
		p := planner{Input: Input{Object: object, Source: a.Source, Inputs: a.Inputs}}
		if record, err := ParseRecord(object.Annotations[AnnotationRecord]); err == nil {
			p.record = record.Copied()
		}
		p.inputs = p.record.compare(a.Inputs)
		r := p.wanted()
		r.Generation = a.Old.Generation + 1
		if text := differs(r.String(), a.Object.Annotations[AnnotationRecord]); text != nil {
			out.Record = text
		}
		return out
	}
	d := Plan(Input{Object: object, Source: a.Source, Inputs: a.Inputs, Settings: a.Settings})
	if d.Action != Issue || d.Record == nil || object.KeepsRunnerPod() && a.Inputs.anyFixed(d.Changed) {
		return out
	}
	text := d.Record.String()
	out.Record, out.Request = &text, &d.Token
	return out
}

// restore puts back into object what a client dropped that does not know of us, and
// says what. A runner pod's template that was dropped as a whole stays dropped.
func (a Admission) restore(object *tofu.Terraform) Amendment {
	var out Amendment
	old := a.Old
	if old == nil {
		return out
	}
	back := func(name string) *string {
		value, had := old.Annotations[name]
		if _, has := object.Annotations[name]; has || !had {
			return nil
		}
		if object.Annotations == nil {
			object.Annotations = map[string]string{}
		}
		object.Annotations[name] = value
		return &value
	}
	out.Record = back(AnnotationRecord)
	if strings.HasPrefix(old.Annotations[AnnotationRequest], TokenPrefix) {
		out.Request = back(AnnotationRequest)
	}
	template := object.Spec.RunnerPodTemplate.Metadata.Annotations
	if value, had := old.Spec.RunnerPodTemplate.Metadata.Annotations[AnnotationInputs]; had && !a.NoTemplate {
		if _, has := template[AnnotationInputs]; !has {
			out.Inputs = &value
		}
	}
	return out
}

func differs(want, is string) *string {
	if want == is {
		return nil
	}
	return &want
}
