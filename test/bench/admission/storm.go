package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// unbounded is a configuration that holds no rollout back.
const unbounded = "secretHash: {quietWindow: 0s, maxQuiet: 0s, budget: 0, minInterval: 0s, breaker: {changes: 0, within: 0s, hold: 0s}}\n"

// storm is one Secret that changes and all the Deployments that use it, beside as many bare updates by eight clients.
func storm(ctx context.Context, t tools, s sizes) (_ []verdict, err error) {
	g, err := open(ctx, t)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	p, err := g.webhook(ctx, "ours", unbounded)
	if err != nil {
		return nil, err
	}
	const in = "storm"
	if err := g.create(ctx, append([]client.Object{namespace(in)}, furniture(in)...)...); err != nil {
		return nil, err
	}
	if err := inParallel(8, s.users, func(i int) error {
		return g.create(ctx, deployment(in, fmt.Sprint("app-", i)))
	}); err != nil {
		return nil, err
	}
	if err := eventually(ctx, patience, "all have a baseline", func() error { return g.baselines(ctx, in) }); err != nil {
		return nil, err
	}
	var first, all, bare []time.Duration
	for round := range s.changes {
		a, err := g.bareUpdates(ctx, p, in, round)
		if err != nil {
			return nil, err
		}
		time.Sleep(2 * time.Second) // the watches catch up
		b, c, err := g.change(ctx, in, round)
		if err != nil {
			return nil, err
		}
		time.Sleep(time.Second)
		bare, first, all = append(bare, a), append(first, b), append(all, c)
		fmt.Fprintf(os.Stderr, "storm: change %d: first %s, all %s, bare updates %s\n", round+1, short(b), short(c), short(a))
	}
	fmt.Printf("### %d Deployments use a Secret that changes\n\n| what | times | median | least to most |\n|---|--:|--:|--:|\n", s.users)
	for _, row := range []struct {
		name string
		took []time.Duration
	}{{"first one patched", first}, {"all patched", all}, {"as many bare updates by eight clients", bare}} {
		fmt.Printf("| %s | %d | %s | %s to %s |\n", row.name, len(row.took), short(median(row.took)), short(slices.Min(row.took)), short(slices.Max(row.took)))
	}
	fmt.Println()
	const most, soon = 2, 200 * time.Millisecond
	r := ratio(median(all), median(bare))
	return []verdict{
		{"a Secret changes", fmt.Sprintf("all patched within %d times the time of as many bare updates", most), fmt.Sprintf("%.2f times", r), r <= most, false},
		{"a Secret changes", "the first one patched within 200 ms", short(median(first)), median(first) <= soon, false},
	}, nil
}

// bareUpdates of annotations, which never come to the webhook. Its process is stopped meanwhile, so that it takes no time from them
// by watching.
func (g *ground) bareUpdates(ctx context.Context, p *process, in string, round int) (time.Duration, error) {
	list := &appsv1.DeploymentList{}
	if err := g.admin.List(ctx, list, client.InNamespace(in)); err != nil {
		return 0, err
	}
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return 0, err
	}
	begun := time.Now()
	err := inParallel(8, len(list.Items), func(i int) error {
		d := &list.Items[i]
		d.Annotations["round"] = fmt.Sprint(round)
		return g.admin.Update(ctx, d)
	})
	took := time.Since(begun)
	return took, errors.Join(err, p.signal(syscall.SIGCONT))
}

// change the Secret, and watch the stamps: the time from the start of that request to the first and to the last one.
func (g *ground) change(ctx context.Context, in string, round int) (first, last time.Duration, err error) {
	before := &appsv1.DeploymentList{}
	if err := g.admin.List(ctx, before, client.InNamespace(in)); err != nil {
		return 0, 0, err
	}
	waiting := map[string]string{}
	for _, d := range before.Items {
		waiting[d.Name] = stamp(&d)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	watcher, err := g.admin.Watch(ctx, &appsv1.DeploymentList{}, client.InNamespace(in), &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: before.ResourceVersion}})
	if err != nil {
		return 0, 0, err
	}
	defer watcher.Stop()
	begun := time.Now()
	if err := g.admin.Update(ctx, secret(in, settings, fmt.Append(nil, "change ", round))); err != nil {
		return 0, 0, err
	}
	for event := range watcher.ResultChan() {
		d, ok := event.Object.(*appsv1.Deployment)
		if !ok {
			return 0, 0, fmt.Errorf("watch: %v", event.Object)
		}
		if was, waits := waiting[d.Name]; !waits || was == stamp(d) {
			continue
		}
		delete(waiting, d.Name)
		last = time.Since(begun)
		if first == 0 {
			first = last
		}
		if len(waiting) == 0 {
			return first, last, nil
		}
	}
	return 0, 0, fmt.Errorf("the watch ended; %d Deployments wait", len(waiting))
}

func stamp(d *appsv1.Deployment) string {
	return d.Spec.Template.Annotations["lotus-gate.dev/secret-hash"]
}
