package parse

import (
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	maxYAMLDepth   = 500
	maxYAMLAliased = 100_000 // values that aliases may add to one document
)

// converter makes plain values of YAML nodes, as sigs.k8s.io/yaml does for Kubernetes: keys become strings, merge keys
// are merged, the words of YAML 1.1 are booleans. Repeated keys are errors: Kubernetes keeps one of them, which one
// differs between its tools.
type converter struct {
	lines   [][]byte
	open    map[*yaml.Node]bool // aliased nodes being converted
	aliased int
}

func (c *converter) fail(n *yaml.Node, format string, args ...any) error {
	line, column := place(n, c.lines)
	return &SyntaxError{Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
}

func (c *converter) value(n *yaml.Node, depth int) (any, error) {
	if depth > maxYAMLDepth {
		return nil, c.fail(n, "nested more than %d levels deep", maxYAMLDepth)
	}
	if len(c.open) > 0 {
		if c.aliased++; c.aliased > maxYAMLAliased {
			return nil, c.fail(n, "aliases expand to more than %d values", maxYAMLAliased)
		}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.alias(n, depth)
	case yaml.SequenceNode:
		items := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			v, err := c.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			items = append(items, v)
		}
		return items, nil
	case yaml.MappingNode:
		return c.mapping(n, depth)
	case yaml.ScalarNode:
		return c.scalar(n)
	}
	return nil, nil
}

func (c *converter) alias(n *yaml.Node, depth int) (any, error) {
	if n.Alias == nil {
		return nil, c.fail(n, "unknown anchor %q", n.Value)
	}
	if c.open[n.Alias] {
		return nil, c.fail(n, "alias %q contains itself", n.Value)
	}
	if c.open == nil {
		c.open = map[*yaml.Node]bool{}
	}
	c.open[n.Alias] = true
	defer delete(c.open, n.Alias)
	return c.value(n.Alias, depth+1)
}

func (c *converter) mapping(n *yaml.Node, depth int) (map[string]any, error) {
	object := make(map[string]any, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if isMerge(key) {
			merges = append(merges, value)
			continue
		}
		name, ok := keyText(target(key))
		if !ok {
			return nil, c.fail(key, "a key must be a string, a number or a boolean")
		}
		if _, twice := object[name]; twice {
			return nil, c.fail(key, "key %q is given twice", name)
		}
		v, err := c.value(value, depth+1)
		if err != nil {
			return nil, err
		}
		object[name] = v
	}
	for _, from := range merges {
		if err := c.merge(object, from, depth+1); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// merge adds the keys of a mapping, or of a list of them, that object does not have.
func (c *converter) merge(object map[string]any, from *yaml.Node, depth int) error {
	v, err := c.value(from, depth)
	if err != nil {
		return err
	}
	all, isList := v.([]any)
	if !isList {
		all = []any{v}
	}
	for _, one := range all {
		mapping, ok := one.(map[string]any)
		if !ok {
			return c.fail(from, "a merge key takes a mapping or a list of mappings")
		}
		for key, value := range mapping {
			if _, own := object[key]; !own {
				object[key] = value
			}
		}
	}
	return nil
}

func (c *converter) scalar(n *yaml.Node) (any, error) {
	if n.ShortTag() == "!!binary" {
		decoded, err := base64.StdEncoding.DecodeString(n.Value)
		if err != nil || !utf8.Valid(decoded) {
			return nil, c.fail(n, "a !!binary value that is no base64 of text")
		}
		return string(decoded), nil
	}
	return scalarValue(n), nil
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "" || key.Tag == "!" || key.ShortTag() == "!!merge")
}

// member returns the key and value nodes of a mapping, merged ones included, or nil.
func member(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	return memberAt(mapping, name, 0)
}

func memberAt(mapping *yaml.Node, name string, depth int) (key, value *yaml.Node) {
	if mapping = target(mapping); mapping.Kind != yaml.MappingNode || depth > maxYAMLDepth {
		return nil, nil
	}
	var merges []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		k, v := mapping.Content[i], mapping.Content[i+1]
		if isMerge(k) {
			merges = append(merges, v)
			continue
		}
		if text, ok := keyText(target(k)); ok && text == name {
			return k, v
		}
	}
	for _, from := range merges {
		all := []*yaml.Node{from}
		if t := target(from); t.Kind == yaml.SequenceNode {
			all = t.Content
		}
		for _, one := range all {
			if k, v := memberAt(one, name, depth+1); k != nil {
				return k, v
			}
		}
	}
	return nil, nil
}
