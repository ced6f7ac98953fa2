package refresh

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

func annotate(o metav1.Object, name, value string) {
	annotations := o.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[name] = value
	o.SetAnnotations(annotations)
}
