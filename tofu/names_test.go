package tofu_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/tofu"
)

func TestGenerated(t *testing.T) {
	owner := []metav1.OwnerReference{{APIVersion: "infra.contrib.fluxcd.io/v1alpha2", Kind: "Terraform", Name: "lake"}}
	for name, c := range map[string]struct {
		meta metav1.ObjectMeta
		want bool
	}{
		"state":                      {metav1.ObjectMeta{Name: "tfstate-default-lake", Labels: map[string]string{"tfstate": "true"}}, true},
		"state without labels":       {metav1.ObjectMeta{Name: "tfstate-default-lake"}, true},
		"state under another name":   {metav1.ObjectMeta{Name: "moved", Labels: map[string]string{"tfstate": "true"}}, true},
		"plan":                       {metav1.ObjectMeta{Name: "tfplan-default-lake"}, true},
		"chunk of a plan":            {metav1.ObjectMeta{Name: "tfplan-default-lake-2"}, true},
		"plan by label":              {metav1.ObjectMeta{Name: "p", Labels: map[string]string{"infra.contrib.fluxcd.io/plan-name": "lake"}}, true},
		"certificate of the runner":  {metav1.ObjectMeta{Name: "terraform-runner.tls-1", Labels: map[string]string{"infra.contrib.fluxcd.io/terraform": "lake"}}, true},
		"outputs":                    {metav1.ObjectMeta{Name: "lake-outputs", OwnerReferences: owner}, true},
		"owned by another Terraform": {metav1.ObjectMeta{Name: "x", OwnerReferences: []metav1.OwnerReference{{APIVersion: "example.com/v1", Kind: "Terraform"}}}, false},
		"variables":                  {metav1.ObjectMeta{Name: "lake-vars", Labels: map[string]string{"app": "tfstate"}}, false},
		"nothing":                    {metav1.ObjectMeta{}, false},
	} {
		if got := tofu.Generated(&c.meta); got != c.want {
			t.Errorf("%s: Generated = %v, want %v", name, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	keep := false
	plain := &tofu.Terraform{ObjectMeta: metav1.ObjectMeta{Name: "lake", Namespace: "ns"}}
	full := &tofu.Terraform{ObjectMeta: metav1.ObjectMeta{Name: "lake", Namespace: "ns"}, Spec: tofu.TerraformSpec{
		Workspace: "w", AlwaysCleanupRunnerPod: &keep, SourceRef: tofu.SourceReference{Namespace: "flux-system"},
		BackendConfig: &tofu.BackendConfig{SecretSuffix: "s"},
	}}
	for _, c := range []struct{ got, want any }{
		{plain.StateSecretName(), "tfstate-default-lake"},
		{full.StateSecretName(), "tfstate-w-s"},
		{plain.PlanSecretName(), "tfplan-default-lake"},
		{full.PlanSecretName(), "tfplan-w-lake"},
		{plain.RunnerPodName(), "lake-tf-runner"},
		{plain.KeepsRunnerPod(), false},
		{full.KeepsRunnerPod(), true},
		{plain.SourceNamespace(), "ns"},
		{full.SourceNamespace(), "flux-system"},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}
