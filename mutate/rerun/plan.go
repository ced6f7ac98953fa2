// Package rerun decides when tofu-controller is to run a Terraform object again: its
// source or a value that it uses has changed. Plan decides at rest, Admit and Answer
// at admission; nothing here reads, writes or waits by itself. What tofu-controller
// does with a token, and when it swallows one, was read in its controllers, release
// 0.16.5.
package rerun

import (
	"maps"
	"time"
)

// Plan decides the next step for one Terraform object. It asks for each change
// once: the artifact, or the digest of a used value, differs from what the record
// says or from what the status says was attempted.
func Plan(in Input) Decision {
	t := in.Object
	if t.DeletionTimestamp != nil {
		return Decision{Action: Nothing}
	}
	p := planner{Input: in}
	text, found := t.Annotations[AnnotationRecord]
	if found {
		record, err := ParseRecord(text)
		p.record, p.had = record.Copied(), err == nil
	}
	p.inputs = p.record.compare(in.Inputs)
	d := p.decide()
	if d.Record != nil && d.Record.String() == text {
		d.Record = nil
	}
	if d.Record != nil {
		d.KeyLost = p.inputs.lost
	}
	if d.Action == Adopt && d.Record == nil {
		d.Action = Nothing
	}
	return d
}

// planner holds one decision in the making.
type planner struct {
	Input
	record Record
	had    bool
	inputs comparison
}

func (p *planner) decide() Decision {
	moved, cause := p.moved()
	switch {
	case moved:
		return p.ask(cause, 1, false)
	case p.record.Request != nil:
		return p.follow()
	case p.spelledOut():
		return p.adopt(Follow)
	case cause != "":
		return p.ask(cause, 1, false)
	}
	return p.poke()
}

// moved reports whether something is wanted that the record does not have yet, and
// why anything is wanted at all. What was attempted without us is wanted no more.
func (p *planner) moved() (bool, Cause) {
	s, attempted := p.Source, p.Object.Status.LastAttemptedRevision
	recorded := p.had && p.record.Revision != ""
	if s != nil && s.Revision != "" {
		if recorded && p.record.Revision != s.Revision && attempted != s.Revision {
			return true, CauseRevision
		}
		repacked := recorded && p.record.Revision == s.Revision && p.record.Digest != "" && p.record.Digest != s.Digest
		if attempted != "" && attempted != s.Revision || p.Object.AppliedOldPlan(s.Revision) {
			return repacked || len(p.inputs.changed) > 0, CauseRevision
		}
		if repacked {
			return true, CauseDigest
		}
	}
	if len(p.inputs.changed) > 0 {
		return true, CauseInputs
	}
	return false, ""
}

// spelledOut reports whether a change of the spec makes the object run by itself,
// with everything that is wanted.
func (p *planner) spelledOut() bool {
	t := p.Object
	return p.had && p.record.Generation == t.Generation && !t.Spec.Suspend &&
		t.Status.ObservedGeneration != 0 && t.Status.ObservedGeneration != t.Generation
}

// wanted is the record with what is now, and no request.
func (p *planner) wanted() Record {
	r := p.record.Copied()
	if s := p.Source; s != nil && s.Revision != "" {
		r.Revision, r.Digest = s.Revision, s.Digest
	}
	r.Key, r.Inputs = p.inputs.key, maps.Clone(p.inputs.inputs)
	r.Request, r.Blocked = nil, ""
	return r
}

// adopt records what is. A request that is under way stays.
func (p *planner) adopt(action Action) Decision {
	r := p.wanted()
	r.Request = p.record.Request
	return Decision{Action: action, Record: &r}
}

// ask for a run. swallowed says that the request before was.
func (p *planner) ask(cause Cause, attempt int, swallowed bool) Decision {
	changed := p.inputs.changed
	if p.Now.Before(p.QuietUntil) && cause == CauseInputs && !swallowed {
		return Decision{Action: Wait, Cause: cause, Changed: changed, After: p.QuietUntil.Sub(p.Now)}
	}
	block, bump := p.obstacle(swallowed)
	if block != "" {
		return p.blocked(block, cause, 0)
	}
	if d, stop := p.pod(cause); stop {
		return d
	}
	t := p.Object
	r := p.wanted()
	asked := Request{Attempt: attempt, Cause: cause, Before: snapshot(t)}
	d := Decision{Action: Issue, Cause: cause, Record: &r, Changed: changed, Swallowed: swallowed, News: true}
	handled, carried := t.Status.LastHandledReconcileAt, t.Annotations[AnnotationRequest]
	ours := p.record.Request != nil && p.record.Request.Token == carried
	switch {
	case bump:
		template := t.Spec.RunnerPodTemplate.Metadata.Annotations[AnnotationInputs]
		asked.Attempt = r.fresh(attempt, template)
		asked.Generation = t.Generation + 1
		d.Action, d.Token = Bump, r.token(asked.Attempt)
	case carried != "" && carried != handled && !ours:
		// Somebody asked already, and has not been answered: that run will do.
		asked.User = carried != r.token(1)
		d.Action, d.News = Follow, false
		asked.Token = carried
	default:
		asked.Attempt = r.fresh(attempt, carried, handled)
		d.Token = r.token(asked.Attempt)
	}
	if d.Token != "" {
		asked.Token = d.Token
	}
	r.Request = &asked
	return d
}

// blocked says once why nothing is asked for. What is wanted stays wanted.
func (p *planner) blocked(block Block, cause Cause, after time.Duration) Decision {
	d := Decision{Action: Blocked, Cause: cause, Block: block, Changed: p.inputs.changed, After: after}
	r := p.record.Copied()
	if !p.had {
		r = p.first()
	}
	if d.News = r.Blocked != block; d.News {
		r.Blocked = block
		d.Record = &r
	}
	return d
}

// first is the record of an object that is seen for the first time while its
// source is ahead of it: the revision that was attempted, so that what is newer
// stays wanted.
func (p *planner) first() Record {
	r := p.wanted()
	r.Revision, r.Digest = p.Object.Status.LastAttemptedRevision, ""
	return r
}
