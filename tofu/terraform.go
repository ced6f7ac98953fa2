// Package tofu holds what lotus-gate reads and writes of tofu-controller's
// Terraform objects: Go types for the fields in use (the API's own types are
// not to be had from the module proxy), and what can be told from a name or a
// label alone. Field names are those of tofu-controller 0.16.5.
package tofu

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Values of spec.approvePlan that are not the id of a plan.
const (
	ApproveManual  = ""        // every plan waits for a human
	ApproveAuto    = "auto"    // every plan is applied
	ApproveDisable = "disable" // drift is detected, nothing is planned
)

// Terraform is one program, its source, and what became of it. Fields that
// are not here are lost when an object is decoded into it: patch, never update.
type Terraform struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   TerraformSpec   `json:"spec,omitempty"`
	Status TerraformStatus `json:"status,omitempty"`
}

// TerraformList is a list of Terraform objects.
type TerraformList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Terraform `json:"items"`
}

// TerraformSpec is what a user asks for.
type TerraformSpec struct {
	Interval                   metav1.Duration         `json:"interval,omitempty"`
	RetryInterval              *metav1.Duration        `json:"retryInterval,omitempty"` // 15 s when nil
	RetryStrategy              string                  `json:"retryStrategy,omitempty"`
	MaxRetryInterval           *metav1.Duration        `json:"maxRetryInterval,omitempty"`
	Remediation                *Remediation            `json:"remediation,omitempty"`
	SourceRef                  SourceReference         `json:"sourceRef,omitempty"`
	Path                       string                  `json:"path,omitempty"`
	ApprovePlan                string                  `json:"approvePlan,omitempty"`
	Workspace                  string                  `json:"workspace,omitempty"`
	Suspend                    bool                    `json:"suspend,omitempty"`
	PlanOnly                   bool                    `json:"planOnly,omitempty"`
	Destroy                    bool                    `json:"destroy,omitempty"`
	Force                      bool                    `json:"force,omitempty"`
	RefreshBeforeApply         bool                    `json:"refreshBeforeApply,omitempty"`
	DisableDriftDetection      bool                    `json:"disableDriftDetection,omitempty"`
	DestroyResourcesOnDeletion bool                    `json:"destroyResourcesOnDeletion,omitempty"`
	EnableInventory            bool                    `json:"enableInventory,omitempty"`
	ServiceAccountName         string                  `json:"serviceAccountName,omitempty"`
	AlwaysCleanupRunnerPod     *bool                   `json:"alwaysCleanupRunnerPod,omitempty"` // true when nil
	VarsFrom                   []VarsReference         `json:"varsFrom,omitempty"`
	ReadInputsFromSecrets      []ReadInputsFromSecret  `json:"readInputsFromSecrets,omitempty"`
	WriteOutputsToSecret       *WriteOutputsToSecret   `json:"writeOutputsToSecret,omitempty"`
	FileMappings               []FileMapping           `json:"fileMappings,omitempty"`
	CliConfigSecretRef         *corev1.SecretReference `json:"cliConfigSecretRef,omitempty"`
	BackendConfig              *BackendConfig          `json:"backendConfig,omitempty"`
	BackendConfigsFrom         []BackendReference      `json:"backendConfigsFrom,omitempty"`
	Cloud                      *Cloud                  `json:"cloud,omitempty"`
	RunnerPodTemplate          RunnerPodTemplate       `json:"runnerPodTemplate,omitempty"`
}

// Remediation bounds how often a failing program is tried again; a negative
// number is no bound.
type Remediation struct {
	Retries int64 `json:"retries,omitempty"`
}

// SourceReference names a GitRepository, Bucket or OCIRepository, in the
// object's own namespace unless it says another.
type SourceReference struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Namespace  string `json:"namespace,omitempty"`
}

// VarsReference takes variables from a Secret or ConfigMap: from all its keys,
// or from varsKeys, each `key` or `key:variable`.
type VarsReference struct {
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	VarsKeys []string `json:"varsKeys,omitempty"`
	Optional bool     `json:"optional,omitempty"`
}

// ReadInputsFromSecret gives a whole Secret to the templates in spec.values.
type ReadInputsFromSecret struct {
	Name string `json:"name"`
	As   string `json:"as"`
}

// WriteOutputsToSecret names the Secret that the runner writes outputs to.
type WriteOutputsToSecret struct {
	Name    string   `json:"name"`
	Outputs []string `json:"outputs,omitempty"`
}

// FileMapping puts one key of a Secret into a file for the run.
type FileMapping struct {
	SecretRef SecretKeyReference `json:"secretRef"`
	Location  string             `json:"location"`
	Path      string             `json:"path"`
}

// SecretKeyReference is one key of a Secret.
type SecretKeyReference struct {
	Name string `json:"name"`
	Key  string `json:"key,omitempty"`
}

// BackendConfig configures where state is kept.
type BackendConfig struct {
	Disable             bool              `json:"disable,omitempty"`
	SecretSuffix        string            `json:"secretSuffix,omitempty"`
	InClusterConfig     bool              `json:"inClusterConfig,omitempty"`
	CustomConfiguration string            `json:"customConfiguration,omitempty"`
	ConfigPath          string            `json:"configPath,omitempty"`
	Labels              map[string]string `json:"labels,omitempty"`
}

// BackendReference takes backend configuration from a Secret or ConfigMap.
type BackendReference struct {
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Keys     []string `json:"keys,omitempty"`
	Optional bool     `json:"optional,omitempty"`
}

// Cloud keeps state in HCP Terraform or a server like it.
type Cloud struct {
	Organization string `json:"organization,omitempty"`
}

// RunnerPodTemplate shapes the pod that runs the program.
type RunnerPodTemplate struct {
	Metadata RunnerPodMetadata `json:"metadata,omitempty"`
	Spec     RunnerPodSpec     `json:"spec,omitempty"`
}

// RunnerPodMetadata is what the runner pod carries besides the controller's own.
type RunnerPodMetadata struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// RunnerPodSpec holds those fields of the runner pod that can name Secrets and
// ConfigMaps.
type RunnerPodSpec struct {
	Env            []corev1.EnvVar        `json:"env,omitempty"`
	EnvFrom        []corev1.EnvFromSource `json:"envFrom,omitempty"`
	Volumes        []corev1.Volume        `json:"volumes,omitempty"`
	InitContainers []corev1.Container     `json:"initContainers,omitempty"`
}

// TerraformStatus is what tofu-controller says.
type TerraformStatus struct {
	ObservedGeneration        int64              `json:"observedGeneration,omitempty"`
	Conditions                []metav1.Condition `json:"conditions,omitempty"`
	LastHandledReconcileAt    string             `json:"lastHandledReconcileAt,omitempty"`
	LastAttemptedRevision     string             `json:"lastAttemptedRevision,omitempty"`
	LastAppliedRevision       string             `json:"lastAppliedRevision,omitempty"`
	LastPlannedRevision       string             `json:"lastPlannedRevision,omitempty"`
	LastPlannedGeneration     int64              `json:"lastPlannedGeneration,omitempty"`
	LastPlanAt                *metav1.Time       `json:"lastPlanAt,omitempty"`
	LastSuccessfulReconcileAt *metav1.Time       `json:"lastSuccessfulReconcileAt,omitempty"`
	ReconciliationFailures    int64              `json:"reconciliationFailures,omitempty"`
	Plan                      PlanStatus         `json:"plan,omitempty"`
	AvailableOutputs          []string           `json:"availableOutputs,omitempty"`
	Inventory                 *Inventory         `json:"inventory,omitempty"` // where spec.enableInventory is true

	LastDriftDetectedAt           *metav1.Time `json:"lastDriftDetectedAt,omitempty"`
	LastAppliedByDriftDetectionAt *metav1.Time `json:"lastAppliedByDriftDetectionAt,omitempty"`
}

// Inventory lists what the last apply left in the state.
type Inventory struct {
	Entries []InventoryEntry `json:"entries"`
}

// InventoryEntry is one resource, its id as the provider has it.
type InventoryEntry struct {
	Name       string `json:"n"`
	Type       string `json:"t"`
	Identifier string `json:"id"`
}

// PlanStatus names the plan that waits and the one applied last.
type PlanStatus struct {
	LastApplied string `json:"lastApplied,omitempty"`
	Pending     string `json:"pending,omitempty"`
}
