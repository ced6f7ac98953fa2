package tofu

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DefaultWorkspace and the others are what tofu-controller takes where the spec says
// nothing.
const (
	DefaultRetry          = 15 * time.Second
	DefaultWorkspace      = "default"
	DefaultServiceAccount = "tf-runner"
)

const (
	statePrefix    = "tfstate-"
	planPrefix     = "tfplan-"
	stateLabel     = "tfstate"
	planNameLabel  = Group + "/plan-name"
	runnerTLSLabel = Group + "/terraform"
)

// WorkspaceName is the workspace that the program runs in.
func (t *Terraform) WorkspaceName() string {
	if t.Spec.Workspace != "" {
		return t.Spec.Workspace
	}
	return DefaultWorkspace
}

// StateSecretName is the Secret that holds the state when the backend is the
// default one: tfstate-<workspace>-<suffix>.
func (t *Terraform) StateSecretName() string {
	suffix := t.Name
	if b := t.Spec.BackendConfig; b != nil && b.SecretSuffix != "" {
		suffix = b.SecretSuffix
	}
	return statePrefix + t.WorkspaceName() + "-" + suffix
}

// Where a Terraform object keeps its state.
const (
	BackendSecret   = "secret"   // in the Secret StateSecretName
	BackendCustom   = "custom"   // where its own configuration says
	BackendDisabled = "disabled" // in a file of the runner, or where its program says
)

// Backend says where the state is kept.
func (t *Terraform) Backend() string {
	config := t.Spec.BackendConfig
	if config == nil {
		config = &BackendConfig{}
	}
	switch {
	case config.Disable:
		return BackendDisabled
	case config.CustomConfiguration != "", config.ConfigPath != "", t.Spec.BackendConfigsFrom != nil, t.Spec.Cloud != nil:
		return BackendCustom
	}
	return BackendSecret
}

// PlanSecretName is the Secret, or the ConfigMap of a readable plan, that holds
// the pending plan: tfplan-<workspace>-<name>, with `-N` for further chunks.
func (t *Terraform) PlanSecretName() string {
	return planPrefix + t.WorkspaceName() + "-" + t.Name
}

// RunnerPodName is the pod that runs the program.
func (t *Terraform) RunnerPodName() string { return t.Name + "-tf-runner" }

// KeepsRunnerPod reports whether the runner pod outlives a run.
func (t *Terraform) KeepsRunnerPod() bool {
	return t.Spec.AlwaysCleanupRunnerPod != nil && !*t.Spec.AlwaysCleanupRunnerPod
}

// SourceNamespace is the namespace of the object's source.
func (t *Terraform) SourceNamespace() string {
	if t.Spec.SourceRef.Namespace != "" {
		return t.Spec.SourceRef.Namespace
	}
	return t.Namespace
}

// HoldsState tells by its name alone that a Secret or ConfigMap is a state or a plan.
func HoldsState(name string) bool {
	return strings.HasPrefix(name, statePrefix) || strings.HasPrefix(name, planPrefix)
}

// Generated reports whether a Secret or ConfigMap was written by a runner or by
// tofu-controller: state, plan, outputs, or the runner's certificate. Its name,
// labels and owners decide; any one of them is enough, since labels can be stripped.
func Generated(m metav1.Object) bool {
	if HoldsState(m.GetName()) {
		return true
	}
	labels := m.GetLabels()
	if labels[stateLabel] == "true" || labels[planNameLabel] != "" || labels[runnerTLSLabel] != "" {
		return true
	}
	for _, owner := range m.GetOwnerReferences() {
		if owner.Kind == Kind && strings.HasPrefix(owner.APIVersion, Group+"/") {
			return true
		}
	}
	return false
}
