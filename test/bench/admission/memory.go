package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// memory is what our process has of the machine at rest, as the cluster fills.
func memory(ctx context.Context, t tools, s sizes) (_ []verdict, err error) {
	g, err := open(ctx, t)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	const in = "memory"
	if err := g.create(ctx, append([]client.Object{namespace(in)}, furniture(in)...)...); err != nil {
		return nil, err
	}
	p, err := g.webhook(ctx, "ours", "")
	if err != nil {
		return nil, err
	}
	begin, err := p.atRest(ctx)
	if err != nil {
		return nil, err
	}
	if err := inParallel(4, s.secrets, func(i int) error { return g.create(ctx, megabyte(in, i)) }); err != nil {
		return nil, err
	}
	afterSecrets, err := p.atRest(ctx)
	if err != nil {
		return nil, err
	}
	if err := inParallel(8, s.deployments, func(i int) error {
		return g.create(ctx, deployment(in, fmt.Sprint("app-", i)))
	}); err != nil {
		return nil, err
	}
	if err := g.baselines(ctx, in); err != nil {
		return nil, err
	}
	afterBoth, err := p.atRest(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Printf("### Memory of the webhook at rest\n\n| cluster | resident | more than at the start |\n|---|--:|--:|\n")
	fmt.Printf("| empty | %s | |\n| and %d Secrets of 1 MB that nothing uses | %s | %s |\n| and %d Deployments | %s | %s |\n\n", mebibytes(begin),
		s.secrets, mebibytes(afterSecrets), mebibytes(afterSecrets-begin), s.deployments, mebibytes(afterBoth), mebibytes(afterBoth-begin))
	const forSecrets, forBoth = 30 << 20, 80 << 20
	return []verdict{
		{"memory", fmt.Sprintf("%d unused Secrets of 1 MB take at most 30 MiB", s.secrets), mebibytes(afterSecrets - begin), afterSecrets-begin <= forSecrets, false},
		{"memory", fmt.Sprintf("and with %d Deployments at most 80 MiB", s.deployments), mebibytes(afterBoth - begin), afterBoth-begin <= forBoth, false},
	}, nil
}

// adoption starts our process on a cluster full of Deployments that it has never seen.
func adoption(ctx context.Context, t tools, s sizes) (_ []verdict, err error) {
	g, err := open(ctx, t)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	const in = "adoption"
	if err := g.create(ctx, append([]client.Object{namespace(in)}, furniture(in)...)...); err != nil {
		return nil, err
	}
	created := make([]*appsv1.Deployment, s.adoptables)
	if err := inParallel(8, s.adoptables, func(i int) error {
		created[i] = deployment(in, fmt.Sprint("app-", i))
		return g.create(ctx, created[i])
	}); err != nil {
		return nil, err
	}
	begun := time.Now()
	p, err := g.webhook(ctx, "ours", unbounded)
	if err != nil {
		return nil, err
	}
	var peak int64
	if err := eventually(ctx, 5*time.Minute, "all are adopted", func() error {
		now, err := p.resident()
		peak = max(peak, now)
		adopted, metricErr := p.value(ctx, "lotus_gate_adopted_total")
		if err = errors.Join(err, metricErr); err == nil && int(adopted) < s.adoptables {
			err = fmt.Errorf("%d of %d", int(adopted), s.adoptables)
		}
		return err
	}); err != nil {
		return nil, err
	}
	took := time.Since(begun)
	if err := g.baselines(ctx, in); err != nil {
		return nil, err
	}
	rest, err := p.atRest(ctx)
	if err != nil {
		return nil, err
	}
	rollouts, err := g.rollouts(ctx, in, created)
	if err != nil {
		return nil, err
	}
	fmt.Printf("### %d Deployments adopted\n\n| rollouts | after | resident, at most | resident at rest |\n|--:|--:|--:|--:|\n| %d | %s | %s | %s |\n\n",
		s.adoptables, rollouts, short(took), mebibytes(peak), mebibytes(rest))
	const limit = 384 << 20 // the chart's
	return []verdict{
		{"adoption", fmt.Sprintf("no rollout of %d Deployments", s.adoptables), fmt.Sprint(rollouts), rollouts == 0, false},
		{"adoption", "memory stays below the chart's limit, " + mebibytes(limit), mebibytes(peak), peak < limit, false},
	}, nil
}

// atRest waits until the memory has stayed the same for a while, as a collection of garbage and its return to the machine take.
func (p *process) atRest(ctx context.Context) (int64, error) {
	const still, patience, noise = 8, 45, 1 << 20 // seconds, seconds, bytes
	least, since := int64(1)<<62, 0
	for second := 0; second < patience && since < still && ctx.Err() == nil; second++ {
		now, err := p.resident()
		if err != nil {
			return 0, err
		}
		if since++; now < least-noise || now > least+noise {
			least, since = now, 0
		}
		time.Sleep(time.Second)
	}
	n, err := p.resident()
	fmt.Fprintf(os.Stderr, "memory: %s\n", mebibytes(n))
	return n, errors.Join(err, ctx.Err())
}

// baselines fails unless every Deployment has one.
func (g *ground) baselines(ctx context.Context, in string) error {
	return g.each(ctx, in, func(d *appsv1.Deployment) error {
		if d.Annotations["lotus-gate.dev/baseline"] == "" {
			return fmt.Errorf("%s has no baseline", d.Name)
		}
		return nil
	})
}

// rollouts counts the Deployments whose template is not as it was at their creation. Their generation would not tell: it counts changes of
// annotations too.
func (g *ground) rollouts(ctx context.Context, in string, created []*appsv1.Deployment) (int, error) {
	was := map[string]*appsv1.Deployment{}
	for _, d := range created {
		was[d.Name] = d
	}
	n := 0
	err := g.each(ctx, in, func(d *appsv1.Deployment) error {
		if !equality.Semantic.DeepEqual(d.Spec.Template, was[d.Name].Spec.Template) {
			n++
		}
		return nil
	})
	return n, err
}

func (g *ground) each(ctx context.Context, in string, do func(*appsv1.Deployment) error) error {
	list := &appsv1.DeploymentList{}
	if err := g.admin.List(ctx, list, client.InNamespace(in)); err != nil {
		return err
	}
	var errs []error
	for i := range list.Items {
		if errs = append(errs, do(&list.Items[i])); len(errs) > 3 && errors.Join(errs...) != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// inParallel does n things with some clients, and stops a client at its first failure.
func inParallel(clients, n int, do func(int) error) error {
	errs := make([]error, clients)
	var wait sync.WaitGroup
	for c := range clients {
		wait.Go(func() {
			for i := c; i < n && errs[c] == nil; i += clients {
				errs[c] = do(i)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
