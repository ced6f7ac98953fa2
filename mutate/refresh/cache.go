package refresh

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// lastApplied is kubectl's annotation with a whole copy of the object.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// Strip is the DefaultTransform of the manager's cache: it drops what is large and
// not looked at. It cannot be a ByObject option, for a cache is not even made when a
// kind named there is not served. Secrets, ConfigMaps and namespaces are watched as
// metadata; their options are the rollout package's, which keep the labels and
// owners that tell what a runner wrote.
func Strip(object any) (any, error) {
	m, ok := object.(metav1.Object)
	if !ok {
		return object, nil
	}
	m.SetManagedFields(nil)
	if annotations := m.GetAnnotations(); annotations[lastApplied] != "" {
		delete(annotations, lastApplied)
	}
	return object, nil
}
