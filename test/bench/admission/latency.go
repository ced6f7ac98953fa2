package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// sample is what the requests of one kind and variant took in one round.
type sample struct{ p50, p99 time.Duration }

// samples by kind of request and variant, one for each round.
type samples map[string]map[string][]sample

// latency is what clients of the API server wait for, with one webhook or another in the way.
func latency(ctx context.Context, t tools, s sizes) (_ []verdict, err error) {
	g, err := open(ctx, t)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	if err := standUp(ctx, g); err != nil {
		return nil, err
	}
	users := map[string]*user{}
	for _, v := range variants {
		if users[v], err = newUser(ctx, g, v); err != nil {
			return nil, err
		}
	}
	if err := answering(ctx, g, users); err != nil {
		return nil, err
	}
	all, started := samples{}, time.Now()
	for round := range s.rounds + 1 {
		if round > 3 && time.Since(started) > s.budget {
			break
		}
		begun := time.Now()
		for _, k := range kinds() {
			for i := range k.variants {
				v := k.variants[(i+round)%len(k.variants)]
				took, err := users[v].measure(ctx, k, s.requests)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", k.name, v, err)
				}
				if round > 0 {
					all.add(k.name, v, took)
				}
			}
		}
		fmt.Fprintf(os.Stderr, "latency: round %d of %d: %v\n", round, s.rounds, time.Since(begun).Round(time.Millisecond))
	}
	calls, err := g.calls(ctx)
	if err != nil {
		return nil, err
	}
	return all.verdicts(), writeLatency(os.Stdout, all, calls)
}

// answering checks that every webhook is called, and that ours and Gatekeeper do what they are there for.
func answering(ctx context.Context, g *ground, users map[string]*user) error {
	if err := called(ctx, g, func(ctx context.Context) error {
		for _, v := range variants {
			for _, k := range kinds() {
				if !slices.Contains(k.variants, v) {
					continue
				}
				if _, err := users[v].request(ctx, k, 0); err != nil {
					return fmt.Errorf("%s, %s: %w", k.name, v, err)
				}
			}
		}
		return nil
	}, "mutating.noop.example", "validating.noop.example", "everything.noop.example", "workloads.lotus-gate.dev", "ignore.lotus-gate.dev", "validation.gatekeeper.sh"); err != nil {
		return err
	}
	for _, v := range []string{ours, oursWithMore, gatekeeper} { // an administrator is not the runner
		if err := eventually(ctx, patience, v+" protects state", func() error {
			o := state(namespaceOf(v), "update-a-state-secret-0", -1)
			if err := g.admin.Update(ctx, o, client.DryRunAll); err == nil || !strings.Contains(err.Error(), "state") {
				return fmt.Errorf("want a refusal, got %w", err)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return eventually(ctx, patience, "ours mutates", func() error {
		o := deployment(namespaceOf(ours), "probe")
		if err := g.admin.Create(ctx, o, client.DryRunAll); err != nil {
			return err
		}
		if o.Spec.Template.Annotations["lotus-gate.dev/secret-hash"] == "" {
			return errors.New("a Deployment is not stamped")
		}
		return nil
	})
}

func (s samples) add(kind, variant string, took []time.Duration) {
	if s[kind] == nil {
		s[kind] = map[string][]sample{}
	}
	slices.Sort(took)
	s[kind][variant] = append(s[kind][variant], sample{percentile(took, 50), percentile(took, 99)})
}

// percentile of sorted values.
func percentile(sorted []time.Duration, p int) time.Duration { return sorted[(len(sorted)-1)*p/100] }

// added is the median over the rounds of what a variant takes longer than none in the same round.
func (s samples) added(kind, variant string, of func(sample) time.Duration) time.Duration {
	var more []time.Duration
	for round, with := range s[kind][variant] {
		more = append(more, of(with)-of(s[kind][none][round]))
	}
	return median(more)
}

func (s samples) median(kind, variant string, of func(sample) time.Duration) time.Duration {
	var all []time.Duration
	for _, one := range s[kind][variant] {
		all = append(all, of(one))
	}
	return median(all)
}

// median of an even number of values is the mean of the middle two; of none it is 0.
func median[T time.Duration | int64](values []T) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func slug(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "-", "'s", "").Replace(name))
}
