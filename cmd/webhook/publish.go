package main

import (
	"bytes"
	"context"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/serve/certificate"
	"github.com/lotus-lake/lotus-gate/serve/registration"
)

// publish writes the bundle to both webhook configurations. Outside a cluster
// nobody else makes them, so it makes them too.
func publish(live client.Client, o *options, rules func() []policy.Rule) certificate.Publish {
	return func(ctx context.Context, bundle []byte) error {
		options := registration.Options{Name: o.configurations, URL: o.webhookURL, CABundle: bundle, Namespace: o.namespace, User: o.serviceAccount}
		validating, mutating, err := registration.Generate(rules(), options)
		if err != nil {
			return err
		}
		if o.webhookURL != "" {
			return create(ctx, live, validating, mutating)
		}
		v, m := &admissionregistrationv1.ValidatingWebhookConfiguration{}, &admissionregistrationv1.MutatingWebhookConfiguration{}
		for _, c := range []client.Object{v, m} {
			if err := live.Get(ctx, client.ObjectKey{Name: o.configurations}, c); client.IgnoreNotFound(err) != nil {
				return err
			}
		}
		changed := false
		for i := range v.Webhooks {
			changed = take(&v.Webhooks[i].ClientConfig, bundle) || changed
		}
		if changed {
			if err := live.Update(ctx, v); err != nil {
				return err
			}
		}
		changed = false
		for i := range m.Webhooks {
			changed = take(&m.Webhooks[i].ClientConfig, bundle) || changed
		}
		if changed {
			return live.Update(ctx, m)
		}
		return nil
	}
}

func take(c *admissionregistrationv1.WebhookClientConfig, bundle []byte) bool {
	if bytes.Equal(c.CABundle, bundle) {
		return false
	}
	c.CABundle = bundle
	return true
}

func create(ctx context.Context, live client.Client, v *admissionregistrationv1.ValidatingWebhookConfiguration, m *admissionregistrationv1.MutatingWebhookConfiguration) error {
	wantV, wantM := v.DeepCopy(), m.DeepCopy()
	if _, err := controllerutil.CreateOrUpdate(ctx, live, v, func() error { v.Webhooks = wantV.Webhooks; return nil }); err != nil {
		return fmt.Errorf("keep the validating webhook configuration: %w", err)
	}
	if _, err := controllerutil.CreateOrUpdate(ctx, live, m, func() error { m.Webhooks = wantM.Webhooks; return nil }); err != nil {
		return fmt.Errorf("keep the mutating webhook configuration: %w", err)
	}
	return nil
}
