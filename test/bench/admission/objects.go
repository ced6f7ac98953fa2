package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/tofu"
)

const (
	settings  = "settings" // the Secret that Deployments and Terraform objects use
	source    = "lake"
	runner    = "lake-runner" // not the default one, whose requests do not reach the webhook
	stateSize = 16 << 10      // bytes; that of a compressed state of some hundred resources
)

// furniture of a namespace is all that the measured objects refer to.
func furniture(in string) []client.Object {
	return []client.Object{
		secret(in, settings, []byte("0")),
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: in, Name: runner}},
		&sourcev1.GitRepository{
			ObjectMeta: metav1.ObjectMeta{Namespace: in, Name: source},
			Spec:       sourcev1.GitRepositorySpec{URL: "https://git.example.org/lake", Interval: metav1.Duration{Duration: time.Minute}},
		},
	}
}

func secret(in, name string, value []byte) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: in, Name: name}, Data: map[string][]byte{"password": value}}
}

// deployment of one container that uses one key of the settings.
func deployment(in, name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: in, Name: name, Labels: labels},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(int32(2)),
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: "app", Image: "registry.example.org/app:1", Ports: []corev1.ContainerPort{{ContainerPort: 8080}},
					Env: []corev1.EnvVar{{Name: "PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
						LocalObjectReference: corev1.LocalObjectReference{Name: settings}, Key: "password",
					}}}},
					Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
						corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi"),
					}},
				}}},
			},
		},
	}
}

// state is the Secret in which the Terraform object of that name keeps its state; content makes one differ from the next.
func state(in, of string, content int) *corev1.Secret {
	random := rand.New(rand.NewPCG(1, uint64(content)))
	data := make([]byte, stateSize)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: in, Name: "tfstate-default-" + of, Labels: map[string]string{
			"app.kubernetes.io/managed-by": "terraform", "tfstate": "true", "tfstateSecretSuffix": of, "tfstateWorkspace": "default",
		}},
		Data: map[string][]byte{"tfstate": data},
	}
}

// terraform is an object that no rule finds anything wrong with. The webhook validates it; its refresh is off, which would be a mutation.
func terraform(in, name string) *tofu.Terraform {
	return &tofu.Terraform{
		TypeMeta:   metav1.TypeMeta{APIVersion: tofu.GroupVersion().String(), Kind: tofu.Kind},
		ObjectMeta: metav1.ObjectMeta{Namespace: in, Name: name, Annotations: map[string]string{"lotus-gate.dev/refresh-mode": "disabled"}},
		Spec: tofu.TerraformSpec{
			Interval: metav1.Duration{Duration: 5 * time.Minute}, RetryInterval: &metav1.Duration{Duration: time.Minute},
			Path: "./orchestration/airbyte/terraform", ApprovePlan: "auto", DestroyResourcesOnDeletion: true, ServiceAccountName: runner,
			SourceRef: tofu.SourceReference{Kind: "GitRepository", Name: source},
			VarsFrom:  []tofu.VarsReference{{Kind: "Secret", Name: settings}},
		},
	}
}

// megabyte is a Secret of 1 MB that nothing uses.
func megabyte(in string, i int) *corev1.Secret {
	return secret(in, fmt.Sprint("large-", i), bytes.Repeat([]byte{byte(i)}, 1_000_000))
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
