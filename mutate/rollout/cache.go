package rollout

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// helmRelease is the type of the Secrets in which Helm keeps releases: large, many, and used by no pod.
const helmRelease = "helm.sh/release.v1"

// CacheOptions are the manager's cache options for what this package watches: workloads stripped to their references, and of Secrets,
// ConfigMaps and Namespaces the metadata without annotations. The controller cannot do without them: unstripped Secrets would bring values into memory.
func CacheOptions(pullSecrets bool) map[client.Object]cache.ByObject {
	transform := strip(pullSecrets)
	options := map[client.Object]cache.ByObject{
		metadata("Secret"): {
			Transform: transform,
			Field:     fields.OneTermNotEqualSelector("type", helmRelease),
		},
		metadata("ConfigMap"): {Transform: transform},
		metadata("Namespace"): {Transform: transform},
	}
	for _, kind := range kinds {
		options[kind.object()] = cache.ByObject{Transform: transform}
	}
	return options
}

func metadata(kind string) *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: kind}}
}

// kind of workload that rolls out.
type kind struct {
	gvk    schema.GroupVersionKind
	object func() client.Object
	list   func() client.ObjectList
	pods   bool // a changed template restarts pods: false for a CronJob, whose next Job has them
}

var kinds = []kind{
	{appsv1.SchemeGroupVersion.WithKind("Deployment"), func() client.Object { return &appsv1.Deployment{} }, func() client.ObjectList { return &appsv1.DeploymentList{} }, true},
	{appsv1.SchemeGroupVersion.WithKind("StatefulSet"), func() client.Object { return &appsv1.StatefulSet{} }, func() client.ObjectList { return &appsv1.StatefulSetList{} }, true},
	{appsv1.SchemeGroupVersion.WithKind("DaemonSet"), func() client.Object { return &appsv1.DaemonSet{} }, func() client.ObjectList { return &appsv1.DaemonSetList{} }, true},
	{batchv1.SchemeGroupVersion.WithKind("CronJob"), func() client.Object { return &batchv1.CronJob{} }, func() client.ObjectList { return &batchv1.CronJobList{} }, false},
}

func kindNamed(name string) (kind, bool) {
	for _, k := range kinds {
		if k.gvk.Kind == name {
			return k, true
		}
	}
	return kind{}, false
}
