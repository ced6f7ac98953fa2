package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/lotus-lake/lotus-gate/mutate/keystore"
	"github.com/lotus-lake/lotus-gate/mutate/refresh"
	"github.com/lotus-lake/lotus-gate/mutate/values"
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/serve/certificate"
	"github.com/lotus-lake/lotus-gate/serve/registration"
	"github.com/lotus-lake/lotus-gate/serve/review"
)

// serve is the whole process: it returns when the context has ended and every
// request is answered, or when it cannot go on.
func serve(ctx context.Context, o *options, c configuration, log logr.Logger) error {
	rest, err := o.client()
	if err != nil {
		return err
	}
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	live, err := client.New(rest, client.Options{Scheme: scheme})
	if err != nil {
		return fmt.Errorf("make a client: %w", err)
	}
	traces, err := newTracing(ctx, o.otlpEndpoint)
	if err != nil {
		return err
	}
	certificates, err := newCertificates(o, rest, live)
	if err != nil {
		return err
	}
	if err := certificate.Register(metrics.Registry, certificates); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	host, port, err := o.listen()
	if err != nil {
		return usageError{err}
	}
	mgr, err := manager.New(rest, manager.Options{
		Scheme: scheme, Logger: log,
		Cache: cache.Options{
			ByObject: map[client.Object]cache.ByObject{namespaces(): {Transform: labelsOnly}}, DefaultTransform: refresh.Strip, DefaultNamespaces: o.watched(),
		},
		WebhookServer: webhook.NewServer(webhook.Options{Host: host, Port: port, TLSOpts: []func(*tls.Config){func(t *tls.Config) {
			t.MinVersion, t.GetCertificate = tls.VersionTLS12, certificates.GetCertificate
		}}}),
		Metrics:                 metricsserver.Options{BindAddress: o.metricsAddress},
		HealthProbeBindAddress:  "0", // ours says more
		GracefulShutdownTimeout: &o.drainTimeout,
	})
	if err != nil {
		return fmt.Errorf("make the manager: %w", err)
	}

	// Facts that requests and controllers are decided by.
	keys := keystore.New(keystore.Config{Client: live, Namespace: o.namespace})
	reader := values.New(values.Config{Client: live, Ring: keys.Ring, Metrics: values.NewMetrics(metrics.Registry)})
	var rules func() []policy.Rule
	sync := registration.NewSync(live, o.registration(), func() []policy.Rule { return rules() })
	policies, err := newPolicies(rest, o, c, mgr, sync)
	if err != nil {
		return err
	}
	rules = func() []policy.Rule { return policies.Current().Set.Rules() }

	// Requests.
	drain := &drain{}
	reviews := review.NewMetrics(metrics.Registry)
	validator := newValidator(mgr.GetClient(), live, policies)
	mutator := newMutator(o, c, live, namespaceLabels(mgr.GetClient()), reader, keys)
	for path, handler := range map[string]http.Handler{
		registration.ValidatePath:       review.Handler(validator, "validate", reviews),
		registration.ValidatePath + "/": review.Entries(validator.Entry, "validate", reviews),
		registration.MutatePath:         review.Handler(mutator, "mutate", reviews),
	} {
		mgr.GetWebhookServer().Register(path, drain.handler(traces.handler(path, handler)))
	}

	// What one replica at a time does besides.
	controllers := newControllers(o, c, rest, scheme, log, reader, keys, sync, certificates, newAudit(o, c.Audit, policies))

	// When it is ready.
	ready := readiness{
		{"running", drain.ready},
		{"caches", func(ctx context.Context) (string, error) { return "", inStep(ctx, mgr.GetCache()) }},
		{"controllers", controllers.ready},
		{"rules", func(context.Context) (string, error) { return loaded(policies.Status()) }},
		{"installation key", func(context.Context) (string, error) { return known(keys.Ring()) }},
		{"certificate", func(context.Context) (string, error) { return validUntil(certificates) }},
		{"self-call", selfCall{host, port, o.hosts()[0], registration.ValidatePath, certificates.Bundle, certificates.GetCertificate}.ask},
	}
	for _, part := range []manager.Runnable{everyReplica(certificates.Start), everyReplica(follow(keys)), policies, health(o.healthAddress, ready)} {
		if err := mgr.Add(part); err != nil {
			return fmt.Errorf("add to the manager: %w", err)
		}
	}

	err = runUntil(ctx, mgr, controllers, drain, o.drainDelay)
	flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, traces.stop(flush))
}
