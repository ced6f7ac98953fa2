package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/kube"
)

// Pauses between two looks: short at first, for most of what happens happens soon.
const (
	leastPause = 250 * time.Millisecond
	mostPause  = 2 * time.Second
)

// Event is a step that was reached, or that does not get on, seen while following.
type Event struct {
	Leg  Leg
	Step Step
}

// Outcome is how following ended.
type Outcome struct {
	Legs []Leg
	// Err says why no more was seen: the time was over, or the cluster could not be
	// read. nil when every leg is applied or stuck.
	Err error
}

// ErrTime is the end of the time to follow.
var ErrTime = errors.New("not applied within the time given")

// Follow looks until every leg is applied or stuck, or ctx ends, and tells each step
// once, as it is seen, and what one waits for where the object says it.
func (c *Cluster) Follow(ctx context.Context, target Target, history History, tell func(Event)) Outcome {
	f := following{cluster: c, target: target, history: history, tell: tell, told: map[string]string{}}
	began := c.Now()
	var out Outcome
	for {
		legs, err := f.look(ctx)
		if err == nil {
			out.Legs, out.Err = legs, nil
			if ended(legs) {
				return out
			}
		} else if ctx.Err() == nil || out.Err == nil {
			out.Err = err
		}
		if final(err) {
			return out
		}
		pause := min(mostPause, leastPause+c.Now().Sub(began)/20)
		select {
		case <-ctx.Done():
			if out.Err == nil || errors.Is(out.Err, ctx.Err()) {
				out.Err = ErrTime
			} else {
				out.Err = fmt.Errorf("%w: %w", ErrTime, out.Err)
			}
			return out
		case <-time.After(pause):
		}
	}
}

// final errors are those that another look would not mend.
func final(err error) bool {
	var denied *kube.Denied
	var absent *kube.NotInstalled
	return errors.As(err, &denied) || errors.As(err, &absent) || errors.Is(err, ErrNobody)
}

func ended(legs []Leg) bool {
	for _, l := range legs {
		if !l.Applied && !l.Stuck {
			return false
		}
	}
	return true
}

type following struct {
	cluster *Cluster
	target  Target
	history History
	tell    func(Event)
	told    map[string]string // state, by leg and step
}

// look once, and tell what is new.
func (f *following) look(ctx context.Context) ([]Leg, error) {
	look, err := f.cluster.Look(ctx)
	if err != nil {
		return nil, err
	}
	legs, err := look.Legs(f.target, f.history, f.cluster.Source != "")
	if err != nil {
		return nil, err
	}
	for _, leg := range legs {
		for _, step := range leg.Steps {
			key := leg.Source + "\n" + leg.Terraform + "\n" + string(step.Name)
			if step.Name == StepSource { // once for all objects of a source
				key = leg.Source
			}
			state := string(step.State)
			switch {
			case step.State == Later, step.State == Now && (step.Name == StepSource || step.Detail == ""):
				continue
			case step.State == Now: // what it waits for, whenever that changes
				state += step.Detail
			}
			if f.told[key] != state {
				f.told[key] = state
				f.tell(Event{leg, step})
			}
		}
	}
	return legs, nil
}
