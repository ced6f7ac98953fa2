package terraform

import (
	"slices"
	"strconv"
)

// SecretUse is an environment variable that takes its value from one key of a Secret. Object is "Deployment
// lotus-lake/cube"; Namespace is that of the Secret.
type SecretUse struct {
	Namespace string   `json:"namespace"`
	Secret    string   `json:"secret"`
	Key       string   `json:"key"`
	Variable  string   `json:"variable"`
	Object    string   `json:"object"`
	At        Position `json:"at"`
}

// secretUses finds the secretKeyRefs of an object wherever they are, so that the values of a HelmRelease and the pods
// inside custom resources count too. envFrom names no key and is left out.
func secretUses(m *Manifest) []SecretUse {
	namespace := m.text("metadata", "namespace")
	kind, _ := m.Object["kind"].(string)
	base := SecretUse{Namespace: namespace, Object: kind + " " + m.text("metadata", "name")}
	if namespace != "" {
		base.Object = kind + " " + namespace + "/" + m.text("metadata", "name")
	}
	if other := m.text("spec", "targetNamespace"); kind == "HelmRelease" && other != "" {
		base.Namespace = other
	}
	s := secretSearch{m: m, base: base}
	s.visit(m.Object, nil)
	return s.found
}

type secretSearch struct {
	m     *Manifest
	base  SecretUse
	found []SecretUse
}

// visit looks at a value at a path of the object: an entry {name, valueFrom: {secretKeyRef}} of an env list, or
// NAME: {valueFrom: {secretKeyRef}} and NAME: {secretKeyRef} of an env map, as charts have them.
func (s *secretSearch) visit(value any, path []string) {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			s.visit(item, append(path, strconv.Itoa(i)))
		}
	case map[string]any:
		reference, from := secretReference(value), ""
		if name, ok := value["name"].(string); ok && value["valueFrom"] != nil {
			from = name
		} else if len(path) > 0 && path[len(path)-1] != "valueFrom" {
			from = path[len(path)-1]
		}
		if secret, _ := reference["name"].(string); secret != "" && from != "" {
			use := s.base
			use.Secret, use.Variable = secret, from
			use.Key, _ = reference["key"].(string)
			line, column := s.m.Find(path)
			use.At = Position{Path: s.m.Path, Line: line, Column: column}
			s.found = append(s.found, use)
			return
		}
		keys := make([]string, 0, len(value))
		for key := range value {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			s.visit(value[key], append(path, key))
		}
	}
}

// secretReference is the secretKeyRef of an environment entry, or nil.
func secretReference(entry map[string]any) map[string]any {
	if from, ok := entry["valueFrom"].(map[string]any); ok {
		entry = from
	}
	reference, _ := entry["secretKeyRef"].(map[string]any)
	return reference
}
