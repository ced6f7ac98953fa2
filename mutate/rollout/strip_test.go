package rollout

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// However a pod refers to objects, the stripped one refers to the same.
func TestStripKeepsReferences(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 2000 {
		spec := randomPod(random)
		pull := i%2 == 0
		deployment := &appsv1.Deployment{Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: spec}}}
		once := stripped(deployment, pull).(*appsv1.Deployment)
		want := digest.PodRefs(&spec, pull)
		if diff := cmp.Diff(want, digest.PodRefs(&once.Spec.Template.Spec, false)); diff != "" {
			t.Fatalf("pod %d: %s", i, diff)
		}
		if diff := cmp.Diff(once, stripped(once, pull)); diff != "" {
			t.Fatalf("pod %d stripped twice: %s", i, diff)
		}
	}
}

func randomPod(r *rand.Rand) corev1.PodSpec {
	name := func() corev1.LocalObjectReference {
		return corev1.LocalObjectReference{Name: string(rune('a' + r.IntN(3)))}
	}
	key := func() string { return string(rune('k' + r.IntN(3))) }
	flag := func() *bool {
		switch v := r.IntN(2) == 0; r.IntN(3) {
		case 0:
			return nil
		default:
			return &v
		}
	}
	items := func() (items []corev1.KeyToPath) {
		for range r.IntN(3) {
			items = append(items, corev1.KeyToPath{Key: key(), Path: "x"})
		}
		return items
	}
	container := func() (c corev1.Container) {
		for range r.IntN(3) {
			c.Env = append(c.Env,
				corev1.EnvVar{Name: "S", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: name(), Key: key(), Optional: flag()}}},
				corev1.EnvVar{Name: "C", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: name(), Key: key(), Optional: flag()}}})
		}
		if r.IntN(3) == 0 {
			c.EnvFrom = append(c.EnvFrom,
				corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: name(), Optional: flag()}},
				corev1.EnvFromSource{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: name(), Optional: flag()}})
		}
		return c
	}
	spec := corev1.PodSpec{InitContainers: []corev1.Container{container()}, Containers: []corev1.Container{container(), container()}}
	for range r.IntN(3) {
		spec.Volumes = append(spec.Volumes,
			corev1.Volume{VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: name().Name, Items: items(), Optional: flag()}}},
			corev1.Volume{VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
				{Secret: &corev1.SecretProjection{LocalObjectReference: name(), Items: items(), Optional: flag()}},
				{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: name(), Items: items(), Optional: flag()}},
			}}}})
		spec.ImagePullSecrets = append(spec.ImagePullSecrets, name())
	}
	return spec
}

func TestStrip(t *testing.T) {
	meta := metav1.ObjectMeta{
		Name: "app", Namespace: "ns", UID: "u", ResourceVersion: "7", Generation: 3, Labels: map[string]string{"a": "b"}, ManagedFields: []metav1.ManagedFieldsEntry{{}},
		Annotations: map[string]string{
			secrethash.AnnotationBaseline: "base", secrethash.AnnotationAt: "at", secrethash.AnnotationRollout: "enabled", secrethash.AnnotationCause: "Secret/a",
			"kubectl.kubernetes.io/last-applied-configuration": "planted-value",
		},
	}
	kept := metav1.ObjectMeta{
		Name: "app", Namespace: "ns", UID: "u", ResourceVersion: "7", Generation: 3,
		Annotations: map[string]string{secrethash.AnnotationBaseline: "base", secrethash.AnnotationAt: "at", secrethash.AnnotationRollout: "enabled"},
	}
	template := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"a": "b"}, Annotations: map[string]string{secrethash.AnnotationHash: "stamp", "other": "x"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: "image", Command: []string{"run"},
			Env: []corev1.EnvVar{{Name: "PLAIN", Value: "planted-value"}},
		}}},
	}
	left := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{secrethash.AnnotationHash: "stamp"}}}
	cron, cronLeft := &batchv1.CronJob{ObjectMeta: meta}, &batchv1.CronJob{ObjectMeta: kept}
	cron.Spec.JobTemplate.Spec.Template, cronLeft.Spec.JobTemplate.Spec.Template = template, left
	secret := &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: meta}
	secretLeft := secret.DeepCopy()
	secretLeft.ManagedFields, secretLeft.Annotations = nil, nil
	pod := &corev1.Pod{ObjectMeta: meta}

	tests := []struct{ object, want client.Object }{
		{&appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Template: template}}, &appsv1.Deployment{ObjectMeta: kept, Spec: appsv1.DeploymentSpec{Template: left}}},
		{&appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Template: template}}, &appsv1.StatefulSet{ObjectMeta: kept, Spec: appsv1.StatefulSetSpec{Template: left}}},
		{&appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Template: template}}, &appsv1.DaemonSet{ObjectMeta: kept, Spec: appsv1.DaemonSetSpec{Template: left}}},
		{cron, cronLeft},
		{secret, secretLeft},
		{pod, pod},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, stripped(test.object, false)); diff != "" {
			t.Errorf("%T: %s", test.object, diff)
		}
	}
}

// Five thousand Deployments as they are in clusters fit into 20 MiB.
func TestStrippedSize(t *testing.T) {
	const n = 5000
	kept := make([]client.Object, n)
	before := heap()
	for i := range kept {
		d := realistic(i)
		kept[i] = stripped(d, true)
	}
	grown := heap() - before
	t.Logf("%d Deployments: %.1f MiB, %d bytes each", n, float64(grown)/(1<<20), grown/n)
	if grown > 20<<20 {
		t.Errorf("%d Deployments take %d MiB", n, grown>>20)
	}
	runtime.KeepAlive(kept)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// realistic Deployment: some KiB, with a baseline.
func realistic(i int) *appsv1.Deployment {
	name := fmt.Sprintf("deployment-%d", i)
	sum := fmt.Sprintf("%032x", i)
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{
		Name: name, Namespace: "some-namespace", UID: "0f0e9c7e-4c11-4f3a-9d0c-1d1f7a6c9a11", ResourceVersion: fmt.Sprint(i), Labels: map[string]string{"app": name},
		Annotations: map[string]string{
			"kubectl.kubernetes.io/last-applied-configuration": string(make([]byte, 4096)),
			secrethash.AnnotationBaseline:                      fmt.Sprintf(`{"key":"k1","refs":{"ConfigMap/config-%d":"%s","Secret/credentials-%d":"%s"}}`, i, sum, i, sum),
		},
	}}
	d.Spec.Template.Spec.Containers = []corev1.Container{{
		Name: "app", Image: "registry.example.org/team/app:1.2.3", Command: []string{"/app", "--flag"},
		Env: []corev1.EnvVar{
			{Name: "USER", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: fmt.Sprintf("credentials-%d", i)}, Key: "user"}}},
			{Name: "PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: fmt.Sprintf("credentials-%d", i)}, Key: "password"}}},
		},
		EnvFrom: []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: fmt.Sprintf("config-%d", i)}}}},
	}}
	return d
}
