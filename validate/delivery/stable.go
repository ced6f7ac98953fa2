package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Moved is a field that changed while it was looked at.
type Moved struct {
	Object string // Terraform lotus-lake/lotus-lake-airbyte
	Field  string // status.lastDriftDetectedAt, or that of a resource that drifts: airbyte_connection.orders: status
	Times  int
}

// Rest is what came of waiting for nothing to change.
type Rest struct {
	Legs []Leg
	// Quiet is how long nothing had changed at the end.
	Quiet time.Duration
	Moved []Moved // the one that changed most often first
	// Err is as that of an Outcome; nil when nothing changed for the time asked for.
	Err error
}

// Interval is the longest time after which an object looks again by itself: nothing
// shorter shows a drift that comes back.
func (k *Look) Interval() time.Duration {
	var longest time.Duration
	for _, s := range k.Sources {
		for i := range s.Users {
			longest = max(longest, s.Users[i].Spec.Interval.Duration)
		}
	}
	return longest
}

// WaitStable looks until nothing changed for quiet, by the clock of the cluster's
// reader, or ctx ends. A run that is under way is waited for.
func (c *Cluster) WaitStable(ctx context.Context, target Target, history History, quiet time.Duration) Rest {
	var rest Rest
	var before map[string]string
	counts := map[[2]string]int{}
	changed := c.Now()
	for {
		look, err := c.Look(ctx)
		if err == nil {
			rest.Legs, err = look.Legs(target, history, c.Source != "")
		}
		if err == nil {
			now := look.fields()
			for key, value := range now {
				if was, known := before[key]; before != nil && (!known || was != value) {
					object, field, _ := strings.Cut(key, "\n")
					counts[[2]string{object, field}]++
					changed = look.At
				}
			}
			for key := range before {
				if _, still := now[key]; !still && !strings.Contains(key, drifting) {
					changed = look.At
				}
			}
			before = now
			if rest.Quiet = look.At.Sub(changed); rest.Quiet >= quiet && !look.running() {
				break
			}
		}
		if rest.Err = err; final(err) {
			break
		}
		if !pauseFor(ctx, min(mostPause, quiet/8+10*time.Millisecond)) {
			rest.Err = ErrTime
			if err != nil && !errors.Is(err, ctx.Err()) {
				rest.Err = fmt.Errorf("%w: %w", ErrTime, err)
			}
			break
		}
	}
	for key, times := range counts {
		rest.Moved = append(rest.Moved, Moved{key[0], key[1], times})
	}
	slices.SortFunc(rest.Moved, func(a, b Moved) int {
		if a.Times != b.Times {
			return b.Times - a.Times
		}
		return strings.Compare(a.Object+"\n"+a.Field, b.Object+"\n"+b.Field)
	})
	return rest
}

func pauseFor(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (k *Look) running() bool {
	for _, s := range k.Sources {
		for i := range s.Users {
			if s.Users[i].Running() {
				return true
			}
		}
	}
	return false
}

// drifting begins the fields that a drift names.
const drifting = "drift of "

// fields are what is compared from look to look, by object and field. What every look
// for drift touches is left out: that a run began, and when the last one succeeded.
func (k *Look) fields() map[string]string {
	fields := map[string]string{}
	for i := range k.Sources {
		s := &k.Sources[i]
		if s.Object != nil {
			set := func(field, value string) { fields[s.String()+"\n"+field] = value }
			set("metadata.generation", fmt.Sprint(s.Object.Generation))
			set("status.artifact.revision", s.Object.Revision())
			if a := s.Object.Status.Artifact; a != nil {
				set("status.artifact.digest", a.Digest)
			}
			if ready := s.Object.Ready(); ready != nil && ready.Status == "False" {
				set("status.conditions[Ready]", ready.Reason)
			}
		}
		for n := range s.Users {
			terraformFields(&s.Users[n], fields)
		}
	}
	return fields
}

func terraformFields(t *tofu.Terraform, fields map[string]string) {
	set := func(field, value string) { fields["Terraform "+t.Namespace+"/"+t.Name+"\n"+field] = value }
	s := &t.Status
	set("metadata.generation", fmt.Sprint(t.Generation))
	set("status.lastAttemptedRevision", s.LastAttemptedRevision)
	set("status.lastPlannedRevision", s.LastPlannedRevision)
	set("status.lastAppliedRevision", s.LastAppliedRevision)
	set("status.plan.pending", s.Plan.Pending)
	set("status.reconciliationFailures", fmt.Sprint(s.ReconciliationFailures))
	set("status.lastDriftDetectedAt", moment(s.LastDriftDetectedAt).String())
	set("status.lastAppliedByDriftDetectionAt", moment(s.LastAppliedByDriftDetectionAt).String())
	set("status.lastPlanAt", moment(s.LastPlanAt).String())
	ready := t.Ready()
	if ready == nil || ready.Status != "False" {
		return
	}
	set("status.conditions[Ready]", ready.Reason)
	if ready.Reason == tofu.ReasonDrift {
		for _, field := range Drifted(ready.Message) {
			set(drifting+field, moment(s.LastDriftDetectedAt).String())
		}
	}
}
