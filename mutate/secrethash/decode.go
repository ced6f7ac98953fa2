package secrethash

import (
	"bytes"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"
)

// envelope is as much of a workload as is decoded at first. sigs.k8s.io/json minds the case of names, as the API server does.
type envelope struct {
	Metadata struct {
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec struct {
		Template    rawJSON `json:"template"`
		JobTemplate struct {
			Spec struct {
				Template rawJSON `json:"template"`
			} `json:"spec"`
		} `json:"jobTemplate"`
	} `json:"spec"`
}

// rawJSON is a part of the request, not a copy: it lives no longer than the request.
type rawJSON []byte

func (r *rawJSON) UnmarshalJSON(data []byte) error {
	*r = data
	return nil
}

// Decode what is needed of a workload from the object, and the one before when there is one. resource is its plural name: deployments, statefulsets, daemonsets or cronjobs.
// When both templates are the same text they share one that has its metadata only, for nothing else can matter then.
func Decode(resource string, object, oldObject []byte) (Workload, *Workload, error) {
	workload, template, err := open(resource, object)
	if err != nil {
		return Workload{}, nil, err
	}
	if len(oldObject) == 0 {
		workload.Template, err = decodeTemplate(template)
		return workload, nil, err
	}
	old, oldTemplate, err := open(resource, oldObject)
	if err != nil {
		return Workload{}, nil, fmt.Errorf("old object: %w", err)
	}
	if bytes.Equal(template, oldTemplate) {
		workload.Template, err = decodeMetadata(template)
		old.Template = workload.Template
		return workload, &old, err
	}
	if old.Template, err = decodeTemplate(oldTemplate); err != nil {
		return Workload{}, nil, fmt.Errorf("old object: %w", err)
	}
	workload.Template, err = decodeTemplate(template)
	return workload, &old, err
}

func open(resource string, object []byte) (Workload, rawJSON, error) {
	var parts envelope
	if err := json.UnmarshalCaseSensitivePreserveInts(object, &parts); err != nil {
		return Workload{}, nil, errUnreadable
	}
	if resource == "cronjobs" {
		return Workload{Annotations: parts.Metadata.Annotations, TemplatePath: cronPath}, parts.Spec.JobTemplate.Spec.Template, nil
	}
	return Workload{Annotations: parts.Metadata.Annotations, TemplatePath: templatePath}, parts.Spec.Template, nil
}

// errUnreadable leaves out what the decoder says, which may quote the object.
var errUnreadable = fmt.Errorf("the object is no workload of apps/v1 or batch/v1")

func decodeTemplate(text rawJSON) (*corev1.PodTemplateSpec, error) {
	if len(text) == 0 {
		return nil, errUnreadable
	}
	var template corev1.PodTemplateSpec
	if err := json.UnmarshalCaseSensitivePreserveInts(text, &template); err != nil {
		return nil, errUnreadable
	}
	return &template, nil
}

func decodeMetadata(text rawJSON) (*corev1.PodTemplateSpec, error) {
	var parts struct {
		metav1.ObjectMeta `json:"metadata"`
	}
	if len(text) == 0 || json.UnmarshalCaseSensitivePreserveInts(text, &parts) != nil {
		return nil, errUnreadable
	}
	return &corev1.PodTemplateSpec{ObjectMeta: parts.ObjectMeta}, nil
}
