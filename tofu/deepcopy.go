package tofu

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// DeepCopyObject implements runtime.Object.
func (t *Terraform) DeepCopyObject() runtime.Object { return t.DeepCopy() }

// DeepCopy returns a copy that shares nothing with t; nil of nil.
func (t *Terraform) DeepCopy() *Terraform {
	if t == nil {
		return nil
	}
	out := &Terraform{TypeMeta: t.TypeMeta, Spec: t.Spec.copied(), Status: t.Status.copied()}
	t.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return out
}

// DeepCopyObject implements runtime.Object.
func (l *TerraformList) DeepCopyObject() runtime.Object {
	if l == nil {
		return nil
	}
	out := &TerraformList{TypeMeta: l.TypeMeta}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	if l.Items != nil {
		out.Items = make([]Terraform, len(l.Items))
		for i := range l.Items {
			out.Items[i] = *l.Items[i].DeepCopy()
		}
	}
	return out
}

func (s *TerraformSpec) copied() TerraformSpec {
	out := *s
	out.RetryInterval = pointer(s.RetryInterval)
	out.MaxRetryInterval = pointer(s.MaxRetryInterval)
	out.Remediation = pointer(s.Remediation)
	out.AlwaysCleanupRunnerPod = pointer(s.AlwaysCleanupRunnerPod)
	out.CliConfigSecretRef = pointer(s.CliConfigSecretRef)
	out.Cloud = pointer(s.Cloud)
	out.ReadInputsFromSecrets = slices.Clone(s.ReadInputsFromSecrets)
	out.FileMappings = slices.Clone(s.FileMappings)
	out.VarsFrom = slices.Clone(s.VarsFrom)
	for i := range out.VarsFrom {
		out.VarsFrom[i].VarsKeys = slices.Clone(s.VarsFrom[i].VarsKeys)
	}
	out.BackendConfigsFrom = slices.Clone(s.BackendConfigsFrom)
	for i := range out.BackendConfigsFrom {
		out.BackendConfigsFrom[i].Keys = slices.Clone(s.BackendConfigsFrom[i].Keys)
	}
	out.WriteOutputsToSecret = pointer(s.WriteOutputsToSecret)
	if w := out.WriteOutputsToSecret; w != nil {
		w.Outputs = slices.Clone(w.Outputs)
	}
	out.BackendConfig = pointer(s.BackendConfig)
	if b := out.BackendConfig; b != nil {
		b.Labels = maps.Clone(b.Labels)
	}
	out.RunnerPodTemplate = s.RunnerPodTemplate.copied()
	return out
}

func (p *RunnerPodTemplate) copied() RunnerPodTemplate {
	return RunnerPodTemplate{
		Metadata: RunnerPodMetadata{
			Labels:      maps.Clone(p.Metadata.Labels),
			Annotations: maps.Clone(p.Metadata.Annotations),
		},
		Spec: RunnerPodSpec{
			Env:            elements(p.Spec.Env, (*corev1.EnvVar).DeepCopyInto),
			EnvFrom:        elements(p.Spec.EnvFrom, (*corev1.EnvFromSource).DeepCopyInto),
			Volumes:        elements(p.Spec.Volumes, (*corev1.Volume).DeepCopyInto),
			InitContainers: elements(p.Spec.InitContainers, (*corev1.Container).DeepCopyInto),
		},
	}
}

func (s *TerraformStatus) copied() TerraformStatus {
	out := *s
	out.Conditions = elements(s.Conditions, (*metav1.Condition).DeepCopyInto)
	out.LastPlanAt = s.LastPlanAt.DeepCopy()
	out.LastSuccessfulReconcileAt = s.LastSuccessfulReconcileAt.DeepCopy()
	out.LastDriftDetectedAt = s.LastDriftDetectedAt.DeepCopy()
	out.LastAppliedByDriftDetectionAt = s.LastAppliedByDriftDetectionAt.DeepCopy()
	out.AvailableOutputs = slices.Clone(s.AvailableOutputs)
	out.Inventory = pointer(s.Inventory)
	if i := out.Inventory; i != nil {
		i.Entries = slices.Clone(i.Entries)
	}
	return out
}

// pointer copies what p points to; its fields must not themselves be shared.
func pointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	out := *p
	return &out
}

func elements[T any](from []T, into func(*T, *T)) []T {
	if from == nil {
		return nil
	}
	out := make([]T, len(from))
	for i := range from {
		into(&from[i], &out[i])
	}
	return out
}
