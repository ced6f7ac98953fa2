package scenario

import (
	"context"
	"fmt"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Act is all tickets, once.
type Act struct {
	Retry     *Ticket001 // TICKET-001 minute by minute
	Slow      *Ticket001 // a source that looks once in an hour
	State     *Ticket003
	Variables *Ticket004
	Swallowed *Ticket004 // the same, with the first request swallowed; nil without lotus-gate
	Kept      *Ticket004 // a runner pod that outlives its run
	Gateway   *Ticket005
	Adopted   *Ticket005 // a gateway that was there before lotus-gate; nil without it
}

// Stories of an act, in the order of the tickets.
func (a *Act) Stories() []*Story {
	return []*Story{&a.Retry.Story, &a.Slow.Story, &a.State.Story, &a.Variables.Story, &a.Kept.Story, &a.Gateway.Story}
}

// parallel runs scenes side by side, since most of their time is waiting.
func parallel(ctx context.Context, scenes map[string]func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var parts sync.WaitGroup
	for name, scene := range scenes {
		parts.Go(func() {
			if err := scene(ctx); err != nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	parts.Wait()
	return context.Cause(ctx)
}

// Before replays the tickets without lotus-gate.
func (s *Stage) Before(ctx context.Context) (*Act, error) {
	a := &Act{}
	return a, parallel(ctx, map[string]func(context.Context) error{
		"TICKET-001 before": func(ctx context.Context) (err error) { a.Retry, err = s.ticket001(ctx, "before-001"); return },
		"TICKET-001 before, slow": func(ctx context.Context) (err error) {
			a.Slow, err = s.slowSource(ctx, "before-001-slow", 12*time.Second, false)
			return
		},
		"TICKET-003 before": func(ctx context.Context) (err error) { a.State, err = s.ticket003(ctx, "before-003"); return },
		"TICKET-004 before": func(ctx context.Context) (err error) {
			a.Variables, err = s.variables(ctx, "before-004", 10*time.Minute, 0)
			return
		},
		"TICKET-004 before, kept": func(ctx context.Context) (err error) {
			a.Kept, err = s.keptPod(ctx, "before-004-kept", 10*time.Minute)
			return
		},
		"TICKET-005 before": func(ctx context.Context) (err error) {
			if err := s.seaweedfs(ctx, beforeGateway); err != nil {
				return err
			}
			a.Gateway, err = s.ticket005(ctx, beforeGateway, 10*time.Second, 0)
			return err
		},
	})
}

// beforeGateway is the namespace of the gateway that is there before lotus-gate.
const beforeGateway = "before-005"

// After replays them with lotus-gate. Install and Start come first.
func (s *Stage) After(ctx context.Context) (*Act, error) {
	a := &Act{}
	return a, parallel(ctx, map[string]func(context.Context) error{
		"TICKET-001": func(ctx context.Context) (err error) { a.Retry, err = s.ticket001(ctx, "after-001"); return },
		"TICKET-001, slow": func(ctx context.Context) (err error) {
			a.Slow, err = s.slowSource(ctx, "after-001-slow", 2*cautious, true)
			return
		},
		"TICKET-003": func(ctx context.Context) (err error) { a.State, err = s.ticket003(ctx, "after-003"); return },
		"TICKET-004": func(ctx context.Context) (err error) {
			a.Variables, err = s.variables(ctx, "after-004", 30*time.Minute, 0)
			return
		},
		"TICKET-004, swallowed": func(ctx context.Context) (err error) {
			a.Swallowed, err = s.variables(ctx, "after-004-swallowed", 60*time.Minute, 2)
			return
		},
		"TICKET-004, kept": func(ctx context.Context) (err error) {
			a.Kept, err = s.keptPod(ctx, "after-004-kept", 30*time.Minute)
			return
		},
		"TICKET-005": func(ctx context.Context) (err error) {
			if err := s.seaweedfs(ctx, "after-005"); err != nil {
				return err
			}
			a.Gateway, err = s.ticket005(ctx, "after-005", 5*time.Second, 1)
			return err
		},
		"TICKET-005, adopted": func(ctx context.Context) (err error) {
			if err := s.adopted(ctx); err != nil {
				return err
			}
			a.Adopted, err = s.ticket005(ctx, beforeGateway, 5*time.Second, 1)
			return err
		},
	})
}

// adopted waits until the gateway from before has a baseline; it must not have been rolled out for that.
func (s *Stage) adopted(ctx context.Context) error {
	d := &appsv1.Deployment{}
	err := Eventually(ctx, cautious, "adoption", func() error {
		if err := s.Client.Get(ctx, client.ObjectKey{Namespace: beforeGateway, Name: gatewayName}, d); err != nil {
			return err
		}
		if d.Annotations["lotus-gate.dev/baseline"] == "" {
			return errNotYet
		}
		return nil
	})
	if err == nil && len(d.Spec.Template.Annotations) > 0 {
		err = fmt.Errorf("adoption changed the template: %v", d.Spec.Template.Annotations)
	}
	return err
}
