package digest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

func secretKey(name, key string, optional *bool) corev1.EnvVar {
	return corev1.EnvVar{Name: "E", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key, Optional: optional,
	}}}
}

func configKey(name, key string, optional *bool) corev1.EnvVar {
	return corev1.EnvVar{Name: "E", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key, Optional: optional,
	}}}
}

func volume(source corev1.VolumeSource) corev1.PodSpec {
	return corev1.PodSpec{Volumes: []corev1.Volume{{Name: "v", VolumeSource: source}}}
}

func env(vars ...corev1.EnvVar) corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{Env: vars}}}
}

func TestPodRefs(t *testing.T) {
	local := &corev1.LocalObjectReference{Name: "a"}
	yes, no := ptr.To(true), ptr.To(false)
	whole := []Ref{{Kind: Secret, Name: "a", All: true}}
	tests := map[string]struct {
		spec corev1.PodSpec
		pull bool
		want []Ref
	}{
		"nothing":                 {want: []Ref{}},
		"env secret":              {spec: env(secretKey("a", "k", nil)), want: []Ref{{Kind: Secret, Name: "a", Keys: []Key{{Name: "k"}}}}},
		"env secret optional":     {spec: env(secretKey("a", "k", yes)), want: []Ref{{Kind: Secret, Name: "a", Keys: []Key{{Name: "k", Optional: true}}, Optional: true}}},
		"env secret not optional": {spec: env(secretKey("a", "k", no)), want: []Ref{{Kind: Secret, Name: "a", Keys: []Key{{Name: "k"}}}}},
		"env config map":          {spec: env(configKey("a", "k", nil)), want: []Ref{{Kind: ConfigMap, Name: "a", Keys: []Key{{Name: "k"}}}}},
		"env literal and field": {spec: env(corev1.EnvVar{Name: "A", Value: "b"}, corev1.EnvVar{Name: "B", ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"},
		}}), want: []Ref{}},
		"envFrom": {spec: corev1.PodSpec{Containers: []corev1.Container{{EnvFrom: []corev1.EnvFromSource{
			{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: *local}},
			{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: *local, Optional: yes}},
		}}}}, want: []Ref{{Kind: ConfigMap, Name: "a", All: true, Optional: true}, {Kind: Secret, Name: "a", All: true}}},
		"init container and sidecar": {spec: corev1.PodSpec{InitContainers: []corev1.Container{
			{Env: []corev1.EnvVar{secretKey("init", "k", nil)}},
			{Env: []corev1.EnvVar{secretKey("sidecar", "k", nil)}, RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways)},
		}}, want: []Ref{{Kind: Secret, Name: "init", Keys: []Key{{Name: "k"}}}, {Kind: Secret, Name: "sidecar", Keys: []Key{{Name: "k"}}}}},
		"volume secret":          {spec: volume(corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "a"}}), want: whole},
		"volume secret optional": {spec: volume(corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "a", Optional: yes}}), want: []Ref{{Kind: Secret, Name: "a", All: true, Optional: true}}},
		"volume secret items": {
			spec: volume(corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "a", Items: []corev1.KeyToPath{{Key: "y"}, {Key: "x"}}}}),
			want: []Ref{{Kind: Secret, Name: "a", Keys: []Key{{Name: "x"}, {Name: "y"}}}},
		},
		"volume config map optional items": {
			spec: volume(corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: *local, Items: []corev1.KeyToPath{{Key: "x"}}, Optional: yes}}),
			want: []Ref{{Kind: ConfigMap, Name: "a", Keys: []Key{{Name: "x", Optional: true}}, Optional: true}},
		},
		"projected": {spec: volume(corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{Secret: &corev1.SecretProjection{LocalObjectReference: *local, Items: []corev1.KeyToPath{{Key: "x"}}}},
			{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: *local, Optional: yes}},
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "t"}},
		}}}), want: []Ref{{Kind: ConfigMap, Name: "a", All: true, Optional: true}, {Kind: Secret, Name: "a", Keys: []Key{{Name: "x"}}}}},
		"csi":                  {spec: volume(corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{NodePublishSecretRef: local}}), want: whole},
		"csi without secret":   {spec: volume(corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{}}), want: []Ref{}},
		"azure file":           {spec: volume(corev1.VolumeSource{AzureFile: &corev1.AzureFileVolumeSource{SecretName: "a"}}), want: whole},
		"cephfs":               {spec: volume(corev1.VolumeSource{CephFS: &corev1.CephFSVolumeSource{SecretRef: local}}), want: whole},
		"flex volume":          {spec: volume(corev1.VolumeSource{FlexVolume: &corev1.FlexVolumeSource{SecretRef: local}}), want: whole},
		"iscsi":                {spec: volume(corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{SecretRef: local}}), want: whole},
		"rbd":                  {spec: volume(corev1.VolumeSource{RBD: &corev1.RBDVolumeSource{SecretRef: local}}), want: whole},
		"scaleIO":              {spec: volume(corev1.VolumeSource{ScaleIO: &corev1.ScaleIOVolumeSource{SecretRef: local}}), want: whole},
		"storageos":            {spec: volume(corev1.VolumeSource{StorageOS: &corev1.StorageOSVolumeSource{SecretRef: local}}), want: whole},
		"empty dir":            {spec: volume(corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}), want: []Ref{}},
		"pull secrets unasked": {spec: corev1.PodSpec{ImagePullSecrets: []corev1.LocalObjectReference{*local}}, want: []Ref{}},
		"pull secrets asked":   {spec: corev1.PodSpec{ImagePullSecrets: []corev1.LocalObjectReference{*local}}, pull: true, want: []Ref{{Kind: Secret, Name: "a", All: true, Optional: true}}},
		"generated": {spec: env(secretKey("tfstate-default-x", "tfstate", nil), configKey("tfplan-default-x", "tfplan", nil), secretKey("tfstates", "k", nil)), want: []Ref{
			{Kind: Secret, Name: "tfstates", Keys: []Key{{Name: "k"}}},
		}},
		"merged: required wins for key and object": {
			spec: env(secretKey("a", "k", yes), secretKey("a", "k", nil), secretKey("a", "l", yes)),
			want: []Ref{{Kind: Secret, Name: "a", Keys: []Key{{Name: "k"}, {Name: "l", Optional: true}}}},
		},
		"merged: required stays when optional comes later": {
			spec: env(secretKey("a", "k", nil), secretKey("a", "k", yes)),
			want: []Ref{{Kind: Secret, Name: "a", Keys: []Key{{Name: "k"}}}},
		},
		"merged: all wins, required keys stay": {spec: corev1.PodSpec{Containers: []corev1.Container{{
			Env:     []corev1.EnvVar{secretKey("a", "k", nil), secretKey("a", "l", yes)},
			EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: *local, Optional: yes}}},
		}}}, want: []Ref{{Kind: Secret, Name: "a", All: true, Keys: []Key{{Name: "k"}}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, PodRefs(&test.spec, test.pull)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Containers of a 3 MiB object: time follows their number.
func TestPodRefsOfThousandsOfContainers(t *testing.T) {
	var spec corev1.PodSpec
	for i := range 5000 {
		spec.Containers = append(spec.Containers, corev1.Container{Env: []corev1.EnvVar{
			secretKey("shared", fmt.Sprintf("key-%d", i), nil), configKey(fmt.Sprintf("own-%d", i), "k", nil), secretKey("one", "k", nil),
		}})
	}
	began := time.Now()
	refs := PodRefs(&spec, true)
	if took := time.Since(began); took > 500*time.Millisecond {
		t.Errorf("took %v", took)
	}
	if len(refs) != 5002 {
		t.Fatalf("%d references, want 5002", len(refs))
	}
	if shared := refs[5001]; shared.ID() != "Secret/shared" || len(shared.Keys) != 5000 {
		t.Errorf("last reference is %s with %d keys", shared.ID(), len(shared.Keys))
	}
}

func TestMergeLeavesItsArgument(t *testing.T) {
	uses := []Ref{{Kind: Secret, Name: "a", Keys: []Key{{Name: "z"}, {Name: "b"}}}, {Kind: Secret, Name: "a", Keys: []Key{{Name: "c"}}, Optional: true}, {Kind: Secret}}
	want := []Ref{{Kind: Secret, Name: "a", Keys: []Key{{Name: "b"}, {Name: "c"}, {Name: "z"}}}}
	if diff := cmp.Diff(want, Merge(uses)); diff != "" {
		t.Error(diff)
	}
	if uses[0].Keys[0].Name != "z" {
		t.Error("the argument was sorted")
	}
}
