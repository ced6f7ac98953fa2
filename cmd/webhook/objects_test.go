package main

import (
	"context"
	"errors"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

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
