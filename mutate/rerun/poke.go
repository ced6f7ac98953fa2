package rerun

import "time"

// poke asks the source to look for something newer while the object fails at what
// the source has. Waits double from MinBackoff; once they would be as long as the
// source's own interval, the source is left to itself. The number of pokes is told
// by the source's annotation, so that objects of one source share them.
func (p *planner) poke() Decision {
	d := p.adopt(Adopt)
	t, s := p.Object, p.Source
	if !p.Settings.PokeSources || s == nil || s.Kind != KindGitRepository || s.Suspended || s.Revision == "" ||
		s.Interval <= p.Settings.MinBackoff || t.Spec.Suspend || !t.Failing() || t.Status.LastAttemptedRevision != s.Revision {
		d.Record.Poke = nil
		return d
	}
	if s.Requested != "" && s.Requested != s.Handled {
		return d // it was asked and has not answered
	}
	n := pokes(s)
	pause := func(n int) time.Duration { return backoff(p.Settings.MinBackoff, s.Interval, n) }
	if n > 0 {
		if p.record.Poke == nil || p.record.Poke.Token != s.Requested {
			d.Record.Poke = &Poke{Token: s.Requested, Due: p.due(pause(n))}
		}
		if pause(n) >= s.Interval {
			return d
		}
		if due := d.Record.Poke.Due; p.Now.Before(due) {
			d.After = due.Sub(p.Now)
			return d
		}
	}
	token := pokeToken(s, n+1)
	d.Action, d.Cause, d.Token = PokeIt, CauseSource, token
	d.Record.Poke = &Poke{Token: token, Due: p.due(pause(n + 1))}
	d.After = pause(n + 1)
	return d
}

func (p *planner) due(after time.Duration) time.Time {
	return p.Now.Add(after).UTC().Truncate(time.Millisecond)
}
