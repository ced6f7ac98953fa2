// Package ruleyaml reads what configurations say of rules, the gate's and the
// webhook's alike: actions in stages, and the lines of what is wrong.
package ruleyaml

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Stages are the actions of a rule: one word, or a list of {stage, from}.
type Stages policy.Stages

// UnmarshalYAML says the line of a mistake.
func (s *Stages) UnmarshalYAML(node *yaml.Node) error {
	value, err := plain(node)
	if err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return at(node, err)
	}
	if err := json.Unmarshal(text, (*policy.Stages)(s)); err != nil {
		return at(node, err)
	}
	return nil
}

// plain is a node's value in which days are still as they were written. Aliases
// are not followed: nobody needs them here.
func plain(node *yaml.Node) (any, error) {
	switch node.Kind {
	case yaml.ScalarNode:
		return node.Value, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range node.Content {
			value, err := plain(item)
			if err != nil {
				return nil, err
			}
			if stage, ok := value.(map[string]any); ok { // the line of the stage, not of the list
				if err := known(item, stage); err != nil {
					return nil, err
				}
			}
			list = append(list, value)
		}
		return list, nil
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			value, err := plain(node.Content[i+1])
			if err != nil {
				return nil, err
			}
			object[node.Content[i].Value] = value
		}
		return object, nil
	}
	return nil, at(node, fmt.Errorf("want an action or a list of stages"))
}

func known(node *yaml.Node, stage map[string]any) error {
	for key := range stage {
		if key != "stage" && key != "from" {
			return at(node, fmt.Errorf("field %s not found in a stage (stage, from)", key))
		}
	}
	return nil
}

// at is a mistake with its line. The YAML library collects such errors.
func at(node *yaml.Node, err error) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %v", node.Line, err)}}
}
