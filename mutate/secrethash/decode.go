package secrethash

import (
	"bytes"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/json"

	"github.com/lotus-lake/lotus-gate/mutate/rawjson"
)

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

// open a workload: its annotations, and its template as text. sigs.k8s.io/json minds the case of names, as the API server does.
func open(resource string, object []byte) (Workload, []byte, error) {
	workload := Workload{TemplatePath: templatePath}
	if resource == "cronjobs" {
		workload.TemplatePath = cronPath
	}
	template, err := rawjson.Find(object, workload.TemplatePath[:len(workload.TemplatePath)-1]...)
	if err != nil || template == nil {
		return Workload{}, nil, errUnreadable
	}
	annotations, err := rawjson.Find(object, "metadata", "annotations")
	if err != nil || annotations != nil && json.UnmarshalCaseSensitivePreserveInts(annotations, &workload.Annotations) != nil {
		return Workload{}, nil, errUnreadable
	}
	return workload, template, nil
}

// errUnreadable leaves out what the decoder says, which may quote the object.
var errUnreadable = errors.New("the object is no workload of apps/v1 or batch/v1")

func decodeTemplate(text []byte) (*corev1.PodTemplateSpec, error) {
	var template corev1.PodTemplateSpec
	if err := json.UnmarshalCaseSensitivePreserveInts(text, &template); err != nil {
		return nil, errUnreadable
	}
	return &template, nil
}

func decodeMetadata(text []byte) (*corev1.PodTemplateSpec, error) {
	metadata, err := rawjson.Find(text, "metadata")
	if err != nil {
		return nil, errUnreadable
	}
	var template corev1.PodTemplateSpec
	if metadata != nil && json.UnmarshalCaseSensitivePreserveInts(metadata, &template.ObjectMeta) != nil {
		return nil, errUnreadable
	}
	return &template, nil
}
