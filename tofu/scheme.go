package tofu

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group, Version, Kind and Resource name the API.
const (
	Group    = "infra.contrib.fluxcd.io"
	Version  = "v1alpha2"
	Kind     = "Terraform"
	Resource = "terraforms"
)

// GroupVersion is the API's group and version.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// GroupVersionKind is the kind Terraform.
func GroupVersionKind() schema.GroupVersionKind { return GroupVersion().WithKind(Kind) }

// AddToScheme registers Terraform and TerraformList.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion(), &Terraform{}, &TerraformList{})
	metav1.AddToGroupVersion(scheme, GroupVersion())
	return nil
}
