package secrethash

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Workload is what secret hashes need of one: its annotations and its pod template.
type Workload struct {
	Annotations map[string]string
	Template    *corev1.PodTemplateSpec // shared with the object, not a copy
	// TemplatePath leads from the object's root to the template's metadata.
	TemplatePath []string
}

// Paths of template metadata.
var (
	templatePath = []string{"spec", "template", "metadata"}
	cronPath     = []string{"spec", "jobTemplate", "spec", "template", "metadata"}
)

// Of is the workload that a Deployment, StatefulSet, DaemonSet or CronJob is; false for everything else.
func Of(object runtime.Object) (Workload, bool) {
	switch o := object.(type) {
	case *appsv1.Deployment:
		return Workload{o.Annotations, &o.Spec.Template, templatePath}, true
	case *appsv1.StatefulSet:
		return Workload{o.Annotations, &o.Spec.Template, templatePath}, true
	case *appsv1.DaemonSet:
		return Workload{o.Annotations, &o.Spec.Template, templatePath}, true
	case *batchv1.CronJob:
		return Workload{o.Annotations, &o.Spec.JobTemplate.Spec.Template, cronPath}, true
	}
	return Workload{}, false
}

// Stamp of the template, "" when it has none.
func (w Workload) Stamp() string { return w.Template.Annotations[AnnotationHash] }

// Baseline of the workload; nil when it has none or one that cannot be read, which is the same: it is adopted anew.
func (w Workload) Baseline() *Baseline {
	text, found := w.Annotations[AnnotationBaseline]
	if !found {
		return nil
	}
	baseline, err := ParseBaseline(text)
	if err != nil {
		return nil
	}
	return &baseline
}
