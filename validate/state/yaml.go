package state

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlDocument reads a mapping as a Secret, a ConfigMap or a list of such. Aliases are followed one step, and not from
// a list to its items, so they cannot multiply. base is the line of the outermost file where the YAML text begins.
func (in *inspector) yamlDocument(node *yaml.Node, at place, base int) (reported bool) {
	fields := mapping(node)
	kind, items := scalar(fields["kind"]), fields["items"]
	if items == nil || items.Kind != yaml.SequenceNode || !strings.HasSuffix(kind, "List") {
		return in.yamlObject(node, "", at, base)
	}
	for i, item := range items.Content {
		if item.Kind == yaml.MappingNode {
			where := at.labelledIf(true, fmt.Sprintf("list item %d", i+1))
			reported = in.yamlObject(item, itemKind(kind), where, base) || reported
		}
	}
	return reported
}

// yamlObject reads one mapping; kind is what a typed list says of its items.
func (in *inspector) yamlObject(node *yaml.Node, kind string, at place, base int) (reported bool) {
	fields := mapping(node)
	if own := scalar(fields["kind"]); own != "" {
		kind = own
	}
	if kind != "Secret" && kind != "ConfigMap" {
		return false
	}
	if !at.opaque {
		at.line = base + node.Line - 1
	}
	return in.judgeManifest(yamlManifest(kind, fields), at)
}

func yamlManifest(kind string, fields map[string]*yaml.Node) kubernetesObject {
	metadata := mapping(fields["metadata"])
	o := kubernetesObject{kind: kind, name: scalar(metadata["name"]), labels: map[string]string{}}
	labels := mapping(metadata["labels"])
	for key, value := range labels {
		o.labels[key] = scalar(value)
	}
	for _, field := range []string{"data", "stringData"} {
		values := mapping(fields[field])
		for _, key := range sorted(values) {
			plain := field == "stringData" || kind == "ConfigMap"
			o.values = append(o.values, kubernetesValue{key, scalar(values[key]), plain})
		}
	}
	return o
}

// resolve follows an alias one step.
func resolve(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// mapping is a mapping's fields, nil if the node is none. The last of two equal keys counts.
func mapping(node *yaml.Node) map[string]*yaml.Node {
	node = resolve(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	fields := make(map[string]*yaml.Node, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		fields[scalar(node.Content[i])] = resolve(node.Content[i+1])
	}
	return fields
}

// scalar is a scalar's text, "" if the node is none.
func scalar(node *yaml.Node) string {
	if node == nil || node.Kind != yaml.ScalarNode {
		return ""
	}
	return node.Value
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
