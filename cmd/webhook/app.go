package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/lotus-lake/lotus-gate/mutate"
	"github.com/lotus-lake/lotus-gate/mutate/keystore"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/serve/certificate"
	"github.com/lotus-lake/lotus-gate/serve/registration"
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

	// What requests come in to.
	certificates, err := newCertificates(o, rest, live)
	if err != nil {
		return err
	}
	host, port, err := o.listen()
	if err != nil {
		return usageError{err}
	}
	mgr, err := manager.New(rest, manager.Options{
		Scheme: scheme, Logger: log,
		WebhookServer: webhook.NewServer(webhook.Options{Host: host, Port: port, TLSOpts: []func(*tls.Config){func(t *tls.Config) {
			t.MinVersion, t.GetCertificate = tls.VersionTLS12, certificates.GetCertificate
		}}}),
		Cache:                   cache.Options{ByObject: map[client.Object]cache.ByObject{namespaces(): {Transform: labelsOnly}}},
		Metrics:                 metricsserver.Options{BindAddress: o.metricsAddress},
		HealthProbeBindAddress:  "0", // ours says more
		GracefulShutdownTimeout: &o.drainTimeout,
	})
	if err != nil {
		return fmt.Errorf("make the manager: %w", err)
	}
	if err := certificate.Register(metrics.Registry, certificates); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}

	// What answers them.
	keys := keystore.New(keystore.Config{Client: live, Namespace: o.namespace})
	reader := values.New(values.Config{Client: live, Ring: keys.Ring, Metrics: values.NewMetrics(metrics.Registry)})
	mutator := mutate.New(mutate.Config{
		Mode: secrethash.Mode(c.SecretHash.Mode), PullSecrets: c.SecretHash.ImagePullSecrets,
		NamespaceLabels: namespaceLabels(mgr.GetClient()), Values: reader, Ring: keys.With,
		Controllers: []string{o.serviceAccount}, Metrics: mutate.NewMetrics(metrics.Registry),
	})
	drain := &drain{}
	for path, handler := range map[string]http.Handler{
		registration.MutatePath: &webhook.Admission{Handler: mutator},
	} {
		mgr.GetWebhookServer().Register(path, drain.handler(traces.handler(path, handler)))
	}

	// What one replica at a time does besides.
	rollouts := rollout.NewMetrics(metrics.Registry)
	controllers := &controllers{
		options: o, rest: rest, scheme: scheme, log: log.WithName("controllers"),
		cache: cache.Options{ByObject: rollout.CacheOptions(c.SecretHash.ImagePullSecrets), DefaultNamespaces: o.watched()},
		add: func(ctx context.Context, mgr manager.Manager) error {
			if err := mgr.Add(certificate.Keeper{Source: certificates, Publish: publish(live, o, func() []policy.Rule { return nil }), Interval: o.lookInterval()}); err != nil {
				return err
			}
			return rollout.Setup(ctx, mgr, rollout.Config{
				Ring: keys.With, Values: reader, Events: mgr.GetEventRecorder("lotus-gate"), Metrics: rollouts,
				Mode: secrethash.Mode(c.SecretHash.Mode), PullSecrets: c.SecretHash.ImagePullSecrets, Limits: c.SecretHash.limits(),
				KeysInUse: func(ctx context.Context, baselines map[string]int) error {
					_, err := keys.Drop(ctx, func(id string) bool { return baselines[id] > 0 })
					return err
				},
			})
		},
	}

	// When it is ready.
	ready := readiness{
		{"running", drain.ready},
		{"caches", func(ctx context.Context) (string, error) { return "", inStep(ctx, mgr.GetCache()) }},
		{"controllers", controllers.ready},
		{"installation key", func(context.Context) (string, error) {
			if keys.Ring().Current == "" {
				return "", errors.New("not read yet")
			}
			return keys.Ring().Current, nil
		}},
		{"certificate", func(context.Context) (string, error) { return validUntil(certificates) }},
		{"self-call", selfCall{host, port, o.hosts()[0], registration.MutatePath, certificates.Bundle, certificates.GetCertificate}.ask},
	}
	for _, part := range []manager.Runnable{everyReplica(certificates.Start), everyReplica(follow(keys)), health(o.healthAddress, ready)} {
		if err := mgr.Add(part); err != nil {
			return fmt.Errorf("add to the manager: %w", err)
		}
	}
	err = runUntil(ctx, mgr, controllers, drain, o.drainDelay)
	flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, traces.stop(flush))
}

// namespaces are watched as metadata, for their labels.
func namespaces() *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}}
}

func labelsOnly(object any) (any, error) {
	if m, ok := object.(*metav1.PartialObjectMetadata); ok {
		m.ManagedFields, m.Annotations = nil, nil
	}
	return object, nil
}

// namespaceLabels reads labels from the cache; a namespace that is not there has
// none.
func namespaceLabels(from client.Reader) func(context.Context, string) (map[string]string, error) {
	return func(ctx context.Context, name string) (map[string]string, error) {
		namespace := namespaces()
		err := from.Get(ctx, client.ObjectKey{Name: name}, namespace)
		return namespace.Labels, client.IgnoreNotFound(err)
	}
}
