package rerun

import "time"

// follow waits for the run that was asked for: until the token is handled, then
// until a run is counted, and no longer than the back-off of this attempt.
func (p *planner) follow() Decision {
	t := p.Object
	r := p.wanted()
	asked := *p.record.Request
	r.Request = &asked
	r.Blocked = p.record.Blocked
	d := Decision{Action: Follow, Cause: asked.Cause, Record: &r}

	if asked.Generation == 0 {
		switch carried := t.Annotations[AnnotationRequest]; carried {
		case asked.Token:
		case "":
			if t.Status.LastHandledReconcileAt != asked.Token {
				d.Action, d.Token = Issue, asked.Token // somebody dropped it
				return d
			}
		default:
			asked.Token, asked.User = carried, true // somebody asked anew
		}
	}
	if !p.handled(&asked) {
		asked.Before = asked.Before.since(t)
		asked.Due = time.Time{}
		return d
	}
	revision := ""
	if p.Source != nil {
		revision = p.Source.Revision
	}
	if asked.ran(t, revision) {
		r.Request, r.Blocked = nil, ""
		d.Action, d.News = Proven, true
		return d
	}
	if asked.Before.Running {
		// Which run was counted cannot be told: from here on it can.
		asked.Before = snapshot(t)
		asked.Before.Running = false
	}
	if asked.Due.IsZero() {
		asked.Due = p.due(p.patience(asked.Attempt))
	}
	if p.Now.Before(asked.Due) {
		d.After = asked.Due.Sub(p.Now)
		return d
	}
	return p.ask(asked.Cause, asked.Attempt+1, true)
}

// handled reports whether tofu-controller is done with the request, one way or
// the other. A bump is observed in the middle of a run.
func (p *planner) handled(asked *Request) bool {
	t := p.Object
	if asked.Generation != 0 {
		return t.Status.ObservedGeneration >= asked.Generation && !t.Running()
	}
	return t.Status.LastHandledReconcileAt == asked.Token
}

// patience is how long a consumed request is given to show a run.
func (p *planner) patience(attempt int) time.Duration {
	return max(p.Settings.Grace, backoff(p.Settings.MinBackoff, p.Settings.MaxBackoff, attempt))
}

// backoff doubles from least with each attempt after the first, up to most.
func backoff(least, most time.Duration, attempt int) time.Duration {
	d := least
	for range attempt - 1 {
		if d >= most {
			break
		}
		d *= 2
	}
	return min(d, most)
}
