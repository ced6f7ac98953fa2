package main

import (
	"context"
	"fmt"
	"slices"

	admission "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/program"
)

// Each variant has a namespace of its own, and its webhooks see that namespace alone: so all of them stand side by side all the
// time, and requests of one and the other can follow upon each other.
const (
	none             = "none"
	noopMutating     = "no-op-mutating"
	noopValidating   = "no-op-validating" // with the resources and operations of ours
	noopOnEverything = "no-op-on-everything"
	ours             = "lotus-gate"
	oursWithMore     = "lotus-gate-with-200-more-rules"
	gatekeeper       = "gatekeeper"
)

var variants = []string{none, noopMutating, noopValidating, noopOnEverything, ours, oursWithMore, gatekeeper}

// namespaceOf a variant; our processes keep away from "lotus-gate", their own.
func namespaceOf(variant string) string { return "bench-" + variant }

// standUp starts the processes of all variants.
func standUp(ctx context.Context, g *ground) error {
	for _, v := range variants {
		if err := g.create(ctx, namespace(namespaceOf(v))); err != nil {
			return err
		}
		if err := g.create(ctx, furniture(namespaceOf(v))...); err != nil {
			return err
		}
	}
	certificates, bundle, err := certificate(g.dir)
	if err != nil {
		return err
	}
	if err := standUpNoop(ctx, g, certificates, bundle); err != nil {
		return err
	}
	if _, err := g.webhook(ctx, "ours", "", "--namespaces", namespaceOf(ours)); err != nil {
		return err
	}
	policies, err := furtherRules(g.dir, 200)
	if err != nil {
		return err
	}
	if err := g.create(ctx, namespace("lotus-gate-further")); err != nil {
		return err
	}
	if _, err := g.webhook(ctx, "ours-with-more", "policies: {directories: ["+policies+"]}\n", "--namespaces", namespaceOf(oursWithMore),
		"--namespace", "lotus-gate-further", "--webhook-configuration", "lotus-gate-further"); err != nil {
		return err
	}
	return standUpGatekeeper(ctx, g, certificates, bundle)
}

// standUpNoop has one no-op process behind three kinds of configuration.
func standUpNoop(ctx context.Context, g *ground, certificates string, bundle []byte) error {
	ports, err := program.Addresses(ctx, 1)
	if err != nil {
		return err
	}
	p := &process{name: "noop", address: ports[0]}
	g.processes = append(g.processes, p)
	if err := p.start(ctx, g.dir, nil, g.tools.self, "noop", p.address, certificates); err != nil {
		return err
	}
	to := admission.WebhookClientConfig{URL: new("https://" + p.address + "/"), CABundle: bundle}
	createUpdate := []admission.OperationType{admission.Create, admission.Update}
	workloads := rule(createUpdate, "apps", "v1", "deployments", "statefulsets", "daemonsets")
	terraforms := rule(append(createUpdate, admission.Delete), "infra.contrib.fluxcd.io", "*", "terraforms")
	state := rule([]admission.OperationType{admission.Update, admission.Delete}, "", "v1", "secrets")
	return g.create(ctx,
		&admission.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: noopMutating}, Webhooks: []admission.MutatingWebhook{{
			Name: "mutating.noop.example", ClientConfig: to, Rules: []admission.RuleWithOperations{workloads},
			NamespaceSelector: only(noopMutating), SideEffects: new(admission.SideEffectClassNone), AdmissionReviewVersions: []string{"v1"},
		}}},
		validating(noopValidating, "validating.noop.example", to, terraforms, state),
		validating(noopOnEverything, "everything.noop.example", to, rule(createUpdate, "*", "*", "*")),
	)
}

func validating(variant, name string, to admission.WebhookClientConfig, rules ...admission.RuleWithOperations) client.Object {
	return &admission.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: variant}, Webhooks: []admission.ValidatingWebhook{{
		Name: name, ClientConfig: to, Rules: rules,
		NamespaceSelector: only(variant), SideEffects: new(admission.SideEffectClassNone), AdmissionReviewVersions: []string{"v1"},
	}}}
}

func rule(operations []admission.OperationType, group, version string, resources ...string) admission.RuleWithOperations {
	return admission.RuleWithOperations{Operations: slices.Clone(operations), Rule: admission.Rule{
		APIGroups: []string{group}, APIVersions: []string{version}, Resources: resources,
	}}
}

// only the namespace of a variant.
func only(variant string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespaceOf(variant)}}
}

// called waits until the API server calls all of the webhooks: it learns of new configurations with a delay.
func called(ctx context.Context, g *ground, try func(context.Context) error, names ...string) error {
	return eventually(ctx, patience, "the API server calls the webhooks", func() error {
		if err := try(ctx); err != nil {
			return never{err}
		}
		calls, err := g.calls(ctx)
		if err != nil {
			return err
		}
		for _, name := range names {
			if calls[name] == 0 {
				return fmt.Errorf("%s is not called", name)
			}
		}
		return nil
	})
}
