package rerun

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/tofu"
)

func TestUses(t *testing.T) {
	named := func(name string) corev1.LocalObjectReference { return corev1.LocalObjectReference{Name: name} }
	object := &tofu.Terraform{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "lake"}, Spec: tofu.TerraformSpec{
		VarsFrom: []tofu.VarsReference{
			{Kind: "Secret", Name: "vars", VarsKeys: []string{"b", "a:renamed"}},
			{Kind: "Secret", Name: "maybe", Optional: true},
			{Kind: "ConfigMap", Name: "plain"},
		},
		BackendConfigsFrom:    []tofu.BackendReference{{Kind: "Secret", Name: "backend", Keys: []string{"token"}}},
		ReadInputsFromSecrets: []tofu.ReadInputsFromSecret{{Name: "inputs", As: "x"}},
		FileMappings:          []tofu.FileMapping{{SecretRef: tofu.SecretKeyReference{Name: "file", Key: "rc"}}},
		CliConfigSecretRef:    &corev1.SecretReference{Name: "cli", Namespace: "shared"},
		RunnerPodTemplate: tofu.RunnerPodTemplate{Spec: tofu.RunnerPodSpec{
			Env:     []corev1.EnvVar{{Name: "E", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: named("env"), Key: "k"}}}},
			EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: named("all")}}},
			Volumes: []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: named("mounted")}}}},
			InitContainers: []corev1.Container{{EnvFrom: []corev1.EnvFromSource{
				{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: named("init")}},
				{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: named("tfstate-default-lake")}},
			}}},
		}},
	}}
	all := func(kind, name string, fixed bool) Use {
		return Use{"ns", digest.Ref{Kind: kind, Name: name, All: true}, fixed}
	}
	keys := func(name string, keys ...digest.Key) Use {
		return Use{"ns", digest.Ref{Kind: "Secret", Name: name, Keys: keys}, false}
	}
	key := func(name string) digest.Key { return digest.Key{Name: name, Optional: true} }
	want := []Use{
		all("ConfigMap", "mounted", true),
		all("ConfigMap", "plain", false),
		all("Secret", "all", true),
		keys("backend", key("token")),
		keys("env", digest.Key{Name: "k"}),
		keys("file", key("rc")),
		all("Secret", "init", true),
		all("Secret", "inputs", false),
		{"ns", digest.Ref{Kind: "Secret", Name: "maybe", All: true, Optional: true}, false},
		keys("vars", key("a"), key("b")),
		{"shared", digest.Ref{Kind: "Secret", Name: "cli", All: true}, false},
	}
	got := Uses(object)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if id := got[len(got)-1].ID(object); id != "Secret/shared/cli" {
		t.Errorf("id of a use in another namespace: %s", id)
	}
	object.Spec.CliConfigSecretRef.Namespace = ""
	if uses := Uses(object); uses[4].ID(object) != "Secret/cli" {
		t.Errorf("own namespace: %v", uses)
	}
}
