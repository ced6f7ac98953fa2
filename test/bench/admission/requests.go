package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
)

const clients = 4 // at once

// kind of request that is measured.
type kind struct {
	name     string
	variants []string // that it is measured for
	create   func(in, name string) client.Object
	update   func(o client.Object, n int) // of an object that create made before; nil for a creation
}

// kinds of requests. What is updated was created before anything is measured, an object for each client.
func kinds() []kind {
	newDeployment := func(in, name string) client.Object { return deployment(in, name) }
	newState := func(in, name string) client.Object { return state(in, name, 0) }
	newTerraform := func(in, name string) client.Object { return terraform(in, name) }
	workloads := []string{none, noopMutating, noopOnEverything, ours, gatekeeper}
	validated := []string{none, noopValidating, ours, oursWithMore, gatekeeper}
	return []kind{
		{"create a Deployment", workloads, newDeployment, nil},
		{"update a Deployment's template", workloads, newDeployment, func(o client.Object, n int) {
			o.(*appsv1.Deployment).Spec.Template.Spec.Containers[0].Image = fmt.Sprint("registry.example.org/app:", n)
		}},
		{"scale a Deployment", workloads, newDeployment, func(o client.Object, n int) {
			o.(*appsv1.Deployment).Spec.Replicas = new(int32(1 + n%5))
		}},
		{"create a state Secret", []string{none, noopOnEverything, ours, gatekeeper}, newState, nil},
		{"update a state Secret", validated, newState, func(o client.Object, n int) {
			o.(*corev1.Secret).Data = state("", "", n).Data
		}},
		{"create a Terraform object", validated, newTerraform, nil},
		{"update a Terraform object", validated, newTerraform, func(o client.Object, n int) {
			o.(*tofu.Terraform).Spec.Interval = metav1.Duration{Duration: time.Duration(300+n%60) * time.Second}
		}},
	}
}

// user of a variant: the runner of its namespace, who may change state; it may do everything else too, and never queues.
type user struct {
	client.Client
	cleaner   client.Client // who deletes what was created: the namespace controller, who may delete state whose owner is gone
	namespace string
	objects   map[string][]client.Object // by kind of request, for each client one to update
	count     [clients]int               // of requests so far
}

func newUser(ctx context.Context, g *ground, variant string) (*user, error) {
	u := &user{namespace: namespaceOf(variant), objects: map[string][]client.Object{}}
	config, err := g.ConfigFor("system:serviceaccount:"+u.namespace+":"+runner, "system:masters")
	if err != nil {
		return nil, err
	}
	if u.Client, err = client.New(config, client.Options{Scheme: g.scheme}); err != nil {
		return nil, err
	}
	if config, err = g.ConfigFor("system:serviceaccount:kube-system:namespace-controller", "system:masters"); err != nil {
		return nil, err
	}
	if u.cleaner, err = client.New(config, client.Options{Scheme: g.scheme}); err != nil {
		return nil, err
	}
	for i := range clients { // the owners of the state
		if err := u.Create(ctx, terraform(u.namespace, fmt.Sprint("update-a-state-secret-", i))); err != nil {
			return nil, err
		}
	}
	for _, k := range kinds() {
		for i := 0; i < clients && k.update != nil; i++ {
			o := k.create(u.namespace, fmt.Sprint(slug(k.name), "-", i))
			if err := client.IgnoreAlreadyExists(u.Create(ctx, o)); err != nil {
				return nil, fmt.Errorf("%s: %w", u.namespace, err)
			}
			u.objects[k.name] = append(u.objects[k.name], o)
		}
	}
	return u, nil
}

// measure does n requests of one kind by four clients, and says how long each client waited for each.
func (u *user) measure(ctx context.Context, k kind, n int) ([]time.Duration, error) {
	var (
		all  [clients][]time.Duration
		errs [clients]error
		wait sync.WaitGroup
	)
	for c := range clients {
		wait.Go(func() {
			for i := c; i < n && errs[c] == nil; i += clients {
				var took time.Duration
				took, errs[c] = u.request(ctx, k, c)
				all[c] = append(all[c], took)
			}
		})
	}
	wait.Wait()
	var took []time.Duration
	for _, some := range all {
		took = append(took, some...)
	}
	return took, errors.Join(errs[:]...)
}

// request once. What is created is deleted again, and an update that meets somebody else's is done anew: neither counts.
func (u *user) request(ctx context.Context, k kind, c int) (time.Duration, error) {
	u.count[c]++
	if k.update == nil {
		o := k.create(u.namespace, fmt.Sprintf("new-%d-%d", c, u.count[c]))
		begun := time.Now()
		err := u.Create(ctx, o)
		took := time.Since(begun)
		if err != nil {
			return took, err
		}
		return took, u.cleaner.Delete(ctx, o)
	}
	o := u.objects[k.name][c]
	for {
		k.update(o, u.count[c])
		begun := time.Now()
		err := u.Update(ctx, o)
		took := time.Since(begun)
		if !apierrors.IsConflict(err) {
			return took, err
		}
		if err := u.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
			return 0, err
		}
	}
}
