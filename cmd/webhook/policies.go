package main

import (
	"cmp"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/serve/registration"
	"github.com/lotus-lake/lotus-gate/validate/ruleset"
)

// newPolicies are the embedded rules and those of the configured directories and
// ConfigMaps. What the configuration says of a shipped rule has to fit it.
func newPolicies(config *rest.Config, o *options, c configuration, mgr manager.Manager, sync *registration.Sync) (*ruleset.Ruleset, error) {
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	var selector labels.Selector
	if c.Policies.ConfigMaps != "" {
		if selector, err = labels.Parse(string(c.Policies.ConfigMaps)); err != nil {
			return nil, usageError{err}
		}
	}
	bundles, err := c.Policies.bundles()
	if err != nil {
		return nil, usageError{err}
	}
	policies, err := ruleset.New(ruleset.Config{
		Embedded: rules.FS, Directories: c.Policies.Directories, Tuning: c.Rules.Policy(),
		Bundles: bundles, Cache: c.Policies.Cache, Allowed: c.Policies.allowed(),
		Client: clientset, Namespace: o.namespace, Selector: selector,
		Check: sync.Check, OnLoad: func(*ruleset.Policies) { sync.Wake() },
		Recorder: mgr.GetEventRecorder("lotus-gate"), Regards: pod(o.namespace), Metrics: ruleset.NewMetrics(metrics.Registry),
	})
	if err != nil {
		return nil, usageError{err}
	}
	return policies, nil
}

// pod is what events are about that concern this process: a pod has its name for
// a host name.
func pod(namespace string) *corev1.Pod {
	name, err := os.Hostname()
	if err != nil || name == "" {
		name = "lotus-gate"
	}
	return &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}

// loaded: rules serve from the start; sources that cannot be used are told of, and
// do not make a replica unready, for the last good rules serve. A replica that has
// never had one of its bundles has no last good rules: it must not take the place of
// one that has.
func loaded(status ruleset.Status) (string, error) {
	if !status.Loaded {
		return "", fmt.Errorf("policies are not read yet")
	}
	detail := fmt.Sprintf("%d of revision %s", status.Rules, status.Revision)
	for _, b := range status.Bundles {
		if b.Digest == "" {
			return "", fmt.Errorf("bundle %s has never been loaded: %s", b.Name, cmp.Or(b.Problem, status.Problem, "not yet"))
		}
		detail += fmt.Sprintf("; bundle %s of revision %s", b.Name, b.Revision)
		if b.Problem != "" {
			detail += " (what is published now does not serve: " + b.Problem + ")"
		}
	}
	if status.Problem != "" {
		detail += "; newer ones are rejected: " + status.Problem
	}
	return detail, nil
}
