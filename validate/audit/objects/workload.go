package objects

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/validate/audit"
)

// Workload is what is read of a Deployment, StatefulSet or DaemonSet.
type Workload struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Selector *metav1.LabelSelector  `json:"selector"`
		Template corev1.PodTemplateSpec `json:"template"`
	} `json:"spec"`
}

// Pod is what is read of a pod.
type Pod struct {
	metav1.ObjectMeta `json:"metadata"`
	Status            struct {
		Phase             corev1.PodPhase          `json:"phase"`
		StartTime         *metav1.Time             `json:"startTime"`
		ContainerStatuses []corev1.ContainerStatus `json:"containerStatuses"`
	} `json:"status"`
}

// started is when the oldest container of a running pod began, for that is when it
// took its environment; zero for a pod that does not run.
func (p *Pod) started() time.Time {
	if p.DeletionTimestamp != nil || p.Status.Phase != corev1.PodRunning {
		return time.Time{}
	}
	var oldest time.Time
	for _, c := range p.Status.ContainerStatuses {
		if running := c.State.Running; running != nil && (oldest.IsZero() || running.StartedAt.Time.Before(oldest)) {
			oldest = running.StartedAt.Time
		}
	}
	if oldest.IsZero() && p.Status.StartTime != nil {
		oldest = p.Status.StartTime.Time
	}
	return oldest
}

// Facts says which Secrets a workload uses, and since when its pods run. pods are
// those of its namespace; changed gives the time of a Secret's last change, zero for
// one that does not exist.
func (w *Workload) Facts(kind string, pods []Pod, changed func(secret string) time.Time) audit.Workload {
	out := audit.Workload{Kind: kind, Name: audit.Name{Namespace: w.Namespace, Name: w.Name}}
	selector, err := metav1.LabelSelectorAsSelector(w.Spec.Selector)
	if err != nil {
		selector = labels.Nothing()
	}
	for i := range pods {
		if pods[i].Namespace != w.Namespace || !selector.Matches(labels.Set(pods[i].Labels)) {
			continue
		}
		if at := pods[i].started(); !at.IsZero() {
			if out.Running++; out.OldestPod.IsZero() || at.Before(out.OldestPod) {
				out.OldestPod = at
			}
		}
	}
	for _, ref := range digest.PodRefs(&w.Spec.Template.Spec, false) {
		if ref.Kind != digest.Secret {
			continue
		}
		if at := changed(ref.Name); !at.IsZero() {
			out.Uses = append(out.Uses, audit.Secret{Kind: ref.Kind, Name: ref.Name, Changed: at})
		}
	}
	return out
}

// UsesDuckLake tells by the names of its environment whether a workload is Cube or
// Dagster on DuckLake.
func (w *Workload) UsesDuckLake() bool {
	for _, containers := range [][]corev1.Container{w.Spec.Template.Spec.InitContainers, w.Spec.Template.Spec.Containers} {
		for _, c := range containers {
			for _, env := range c.Env {
				if strings.HasPrefix(env.Name, "DUCKLAKE_") || strings.HasPrefix(env.Name, "CUBEJS_DB_DUCKDB_") {
					return true
				}
			}
		}
	}
	return false
}
