package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// TestServe has a real API server ask the real binary.
func TestServe(t *testing.T) {
	k := needCluster(t)
	own := namespace(t, k, "gate")
	address := freePorts(t, 1)[0]
	p := start(t, "--namespace", own, "--bind-address", address, "--webhook-url", "https://"+address, "--webhook-configuration", own, "--drain-delay", "0s")
	p.waitReady()
	cleanConfigurations(t, k, own)
	_, text, err := get(p.health + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(text)

	ns := namespace(t, k, "lake")
	secret(t, k, ns, "a")
	eventually(t, 10*time.Second, "mutation at creation", func() error {
		made := deployment(ns, "", "a")
		if err := k.Create(t.Context(), made); err != nil {
			return err
		}
		return stamped(made)
	})
	_, metrics, err := get(p.metrics)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`lotus_gate_certificate_expiry_timestamp_seconds{certificate="ca"}`, `lotus_gate_certificate_expiry_timestamp_seconds{certificate="leaf"}`, "lotus_gate_hash_cache_total"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	p.terminate()
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// stamped fails unless the webhook stamped an object at its creation.
func stamped(d *appsv1.Deployment) error {
	if d.Annotations[secrethash.AnnotationBaseline] == "" || d.Spec.Template.Annotations[secrethash.AnnotationHash] == "" {
		return errors.New("neither baseline nor stamp")
	}
	return nil
}

func secret(t *testing.T, k client.Client, ns, name string) {
	t.Helper()
	made := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Data: map[string][]byte{"k": []byte("v")}}
	if err := k.Create(t.Context(), made); err != nil {
		t.Fatal(err)
	}
}

// deployment uses all of a Secret. Without a name it gets one.
func deployment(ns, name, secret string) *appsv1.Deployment {
	labels := map[string]string{"app": "web"}
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: "web", Image: "web",
					EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: secret}}}},
				}}},
			},
		},
	}
	if name == "" {
		d.GenerateName = "web-"
	}
	return d
}

// cleanConfigurations takes the webhook configurations of a test away, for they
// concern every namespace.
func cleanConfigurations(t *testing.T, k client.Client, name string) {
	t.Helper()
	t.Cleanup(func() { removeConfigurations(t, k, name) })
}

func removeConfigurations(t *testing.T, k client.Client, name string) {
	for _, c := range []client.Object{
		&admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}},
		&admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}},
	} {
		if err := k.Delete(context.WithoutCancel(t.Context()), c); client.IgnoreNotFound(err) != nil {
			t.Error(err)
		}
	}
}
