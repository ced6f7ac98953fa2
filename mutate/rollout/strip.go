package rollout

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// prefix of the annotations that are kept.
const prefix = "lotus-gate.dev/"

// strip makes a transform of the cache that leaves of workloads and metadata what this package looks at: a workload of some KiB becomes a few
// hundred bytes. It goes over what it has stripped already without a change. Other objects pass as they are.
func strip(pullSecrets bool) func(any) (any, error) {
	return func(object any) (any, error) {
		switch o := object.(type) {
		case *appsv1.Deployment:
			return &appsv1.Deployment{ObjectMeta: stripMeta(&o.ObjectMeta), Spec: appsv1.DeploymentSpec{Template: stripTemplate(&o.Spec.Template, pullSecrets)}}, nil
		case *appsv1.StatefulSet:
			return &appsv1.StatefulSet{ObjectMeta: stripMeta(&o.ObjectMeta), Spec: appsv1.StatefulSetSpec{Template: stripTemplate(&o.Spec.Template, pullSecrets)}}, nil
		case *appsv1.DaemonSet:
			return &appsv1.DaemonSet{ObjectMeta: stripMeta(&o.ObjectMeta), Spec: appsv1.DaemonSetSpec{Template: stripTemplate(&o.Spec.Template, pullSecrets)}}, nil
		case *batchv1.CronJob:
			cron := &batchv1.CronJob{ObjectMeta: stripMeta(&o.ObjectMeta)}
			cron.Spec.JobTemplate.Spec.Template = stripTemplate(&o.Spec.JobTemplate.Spec.Template, pullSecrets)
			return cron, nil
		case *metav1.PartialObjectMetadata:
			return stripPartial(o), nil
		}
		return object, nil
	}
}

// stripPartial drops all annotations of a Secret, ConfigMap or Namespace: kubectl's last-applied one holds the values of a Secret.
func stripPartial(o *metav1.PartialObjectMetadata) *metav1.PartialObjectMetadata {
	meta := stripMeta(&o.ObjectMeta)
	meta.Annotations = nil
	meta.Labels = o.Labels
	meta.OwnerReferences = o.OwnerReferences
	return &metav1.PartialObjectMetadata{TypeMeta: o.TypeMeta, ObjectMeta: meta}
}

func stripMeta(m *metav1.ObjectMeta) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: m.Name, Namespace: m.Namespace, UID: m.UID, ResourceVersion: m.ResourceVersion, Generation: m.Generation,
		DeletionTimestamp: m.DeletionTimestamp, Annotations: ours(m.Annotations),
	}
}

func ours(annotations map[string]string) map[string]string {
	var kept map[string]string
	for name, value := range annotations {
		if !strings.HasPrefix(name, prefix) || name == secrethash.AnnotationCause {
			continue
		}
		if kept == nil {
			kept = make(map[string]string, 3)
		}
		kept[name] = value
	}
	return kept
}

// stripTemplate keeps the stamp and the references. The references become one projected volume, the smallest thing that says them: digest.PodRefs
// finds in it what it found in the pod.
func stripTemplate(t *corev1.PodTemplateSpec, pullSecrets bool) corev1.PodTemplateSpec {
	var stripped corev1.PodTemplateSpec
	if stamp, found := t.Annotations[secrethash.AnnotationHash]; found {
		stripped.Annotations = map[string]string{secrethash.AnnotationHash: stamp}
	}
	var sources []corev1.VolumeProjection
	for _, ref := range digest.PodRefs(&t.Spec, pullSecrets) {
		if ref.All {
			sources = append(sources, projection(ref, nil, ref.Optional))
		}
		var required, optional []corev1.KeyToPath
		for _, key := range ref.Keys {
			if key.Optional {
				optional = append(optional, corev1.KeyToPath{Key: key.Name})
			} else {
				required = append(required, corev1.KeyToPath{Key: key.Name})
			}
		}
		if len(required) > 0 {
			sources = append(sources, projection(ref, required, false))
		}
		if len(optional) > 0 {
			sources = append(sources, projection(ref, optional, true))
		}
	}
	if len(sources) > 0 {
		volume := corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: sources}}
		stripped.Spec.Volumes = []corev1.Volume{{VolumeSource: volume}}
	}
	return stripped
}

// always is what optional references point to, so that they share it.
var always = true

func projection(ref digest.Ref, items []corev1.KeyToPath, optional bool) corev1.VolumeProjection {
	var flag *bool
	if optional {
		flag = &always
	}
	name := corev1.LocalObjectReference{Name: ref.Name}
	if ref.Kind == digest.Secret {
		return corev1.VolumeProjection{Secret: &corev1.SecretProjection{LocalObjectReference: name, Items: items, Optional: flag}}
	}
	return corev1.VolumeProjection{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: name, Items: items, Optional: flag}}
}
