// Package example answers mutation examples: what the webhook's own code would patch,
// given an object and what is live, without a cluster.
package example

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/policy/lines"
)

// Mutation is one example of a mutations.yaml: a creation or, with OldObject, an
// update of a workload or Terraform object, and the whole answer.
type Mutation struct {
	Line            int               `yaml:"-"` // where it begins in the file
	Name            string            `yaml:"name"`
	Why             string            `yaml:"why,omitempty"`
	Mode            string            `yaml:"mode,omitempty"`               // of the configuration; "" is enabled
	PullSecrets     bool              `yaml:"image_pull_secrets,omitempty"` // of the configuration
	NamespaceLabels map[string]string `yaml:"namespace_labels,omitempty"`
	Live            []map[string]any  `yaml:"live,omitempty"` // Secrets, ConfigMaps and sources that are there
	OldObject       map[string]any    `yaml:"old_object,omitempty"`
	Object          map[string]any    `yaml:"object"`
	Patch           []Operation       `yaml:"patch"`
	Warnings        []string          `yaml:"warnings,omitempty"`
}

// Operation of a JSON patch (RFC 6902).
type Operation struct {
	Op    string `yaml:"op" json:"op"`
	Path  string `yaml:"path" json:"path"`
	Value any    `yaml:"value,omitempty" json:"value,omitempty"`
}

const fileName = "mutations.yaml"

func mistake(line int, text string) error {
	return &lines.Error{File: fileName, Line: line, Text: text}
}

// Parse reads the text of a mutations.yaml. The error joins a *lines.Error for each
// mistake.
func Parse(text []byte) ([]Mutation, error) {
	var file struct {
		Mutations []Mutation `yaml:"mutations"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(lines.Of(fileName, err)...)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, mistake(1, "it holds more than one YAML document")
	}
	if len(file.Mutations) == 0 {
		return nil, mistake(1, "it holds no mutations")
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, errors.Join(lines.Of(fileName, err)...)
	}
	for i, node := range itemsOf(&root) {
		if i < len(file.Mutations) {
			file.Mutations[i].Line = node.Line
		}
	}
	var wrong []error
	names := map[string]bool{}
	for _, m := range file.Mutations {
		if err := m.check(names[m.Name]); err != nil {
			wrong = append(wrong, mistake(m.Line, err.Error()))
		}
		names[m.Name] = true
	}
	return file.Mutations, errors.Join(wrong...)
}

func (m Mutation) check(again bool) error {
	switch {
	case m.Name == "":
		return errors.New("a mutation without a name")
	case again:
		return fmt.Errorf("mutation %q: two have this name", m.Name)
	case m.Object == nil:
		return fmt.Errorf("mutation %q: it has no object", m.Name)
	}
	if _, _, err := m.concerns(); err != nil {
		return fmt.Errorf("mutation %q: %w", m.Name, err)
	}
	if m.Mode != "" {
		if _, err := secrethash.ParseMode(m.Mode); err != nil {
			return fmt.Errorf("mutation %q: mode: %w", m.Name, err)
		}
	}
	for i, object := range m.Live {
		if _, ok := liveKinds[kindOf(object)]; !ok {
			return fmt.Errorf("mutation %q: live[%d] is %q: want a Secret, a ConfigMap or a source of Flux", m.Name, i, kindOf(object))
		}
	}
	return nil
}

// itemsOf are the items of the list under the first key.
func itemsOf(root *yaml.Node) []*yaml.Node {
	if len(root.Content) == 0 || len(root.Content[0].Content) < 2 {
		return nil
	}
	return root.Content[0].Content[1].Content
}
