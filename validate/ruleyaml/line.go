package ruleyaml

import (
	"errors"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Locate puts the line before an error of policy.Config.Check. text is the
// configuration, whose rules are under the key `rules` and whose places have the
// given name there. Any other error is returned as it is.
func Locate(text []byte, places string, err error) error {
	var wrong *policy.ConfigError
	if !errors.As(err, &wrong) {
		return err
	}
	keys := []any{"rules"}
	for i, key := range wrong.Keys {
		if i == 1 && key == "places" {
			key = places
		}
		keys = append(keys, key)
	}
	return fmt.Errorf("line %d: %w", Line(text, keys...), err)
}

// Line is where a YAML document says what keys lead to, or the last of them that
// it has: names, and indices of lists. 1 when it cannot be read.
func Line(text []byte, keys ...any) int {
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 {
		return 1
	}
	node, line := doc.Content[0], doc.Content[0].Line
	for _, key := range keys {
		for node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		below, at := child(node, fmt.Sprint(key))
		if below == nil {
			break
		}
		node, line = below, at
	}
	return line
}

// child is the value under a key or index, and the line where that stands.
func child(node *yaml.Node, key string) (*yaml.Node, int) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == key {
				return node.Content[i+1], node.Content[i].Line
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(node.Content) {
			return node.Content[i], node.Content[i].Line
		}
	}
	return nil, 0
}
