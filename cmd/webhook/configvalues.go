package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// Values of the configuration check themselves, so that a mistake has a line.
type (
	mode     string        // of a mutation
	duration time.Duration // not negative
	count    int           // not negative
	results  int           // of one report: as many as an object can hold
	selector string        // of labels; "" is none
)

var modes = []string{string(secrethash.Enabled), string(secrethash.Disabled), string(secrethash.DryRun)}

func (m *mode) UnmarshalYAML(node *yaml.Node) error {
	return oneOf(node, (*string)(m), modes)
}

func oneOf(node *yaml.Node, to *string, allowed []string) error {
	if node.Kind != yaml.ScalarNode || !slices.Contains(allowed, node.Value) {
		return at(node, "want one of %s", strings.Join(allowed, ", "))
	}
	*to = node.Value
	return nil
}

func (d *duration) UnmarshalYAML(node *yaml.Node) error {
	value, err := time.ParseDuration(node.Value)
	if err != nil || value < 0 {
		return at(node, "want a duration such as 30s")
	}
	*d = duration(value)
	return nil
}

func (c *count) UnmarshalYAML(node *yaml.Node) error {
	var value int
	if err := node.Decode(&value); err != nil || value < 0 {
		return at(node, "want a number that is not negative")
	}
	*c = count(value)
	return nil
}

func (r *results) UnmarshalYAML(node *yaml.Node) error {
	var value int
	if err := node.Decode(&value); err != nil || value < 1 || value > 500 {
		return at(node, "want a number from 1 to 500")
	}
	*r = results(value)
	return nil
}

func (s *selector) UnmarshalYAML(node *yaml.Node) error {
	if _, err := labels.Parse(node.Value); err != nil || node.Kind != yaml.ScalarNode {
		return at(node, "want a label selector")
	}
	*s = selector(node.Value)
	return nil
}

// at is a mistake in a value, with its line.
func at(node *yaml.Node, format string, args ...any) error {
	what := "this value"
	if node.Kind == yaml.ScalarNode {
		what = fmt.Sprintf("%q", node.Value)
	}
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s: ", node.Line, what) + fmt.Sprintf(format, args...)}}
}
