// Package schema publishes the JSON Schemas of what the gate reads and writes, for
// editors and other tools. Each has one source, beside the code that it describes.
package schema

import (
	"bytes"
	"fmt"
	"path"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/report"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// Schema is one published schema.
type Schema struct {
	Name  string // "config", "input/manifest"
	About string // what it describes, in a few words
	Text  []byte // JSON, draft 7
}

// File is where the schema lies below docs/schemas. Those of documents are named as
// OPA wants a directory of schemas to be: `schema.manifest` is manifest.json.
func (s Schema) File() string {
	if path.Dir(s.Name) == inputs {
		return s.Name + ".json"
	}
	return s.Name + ".schema.json"
}

const (
	inputs = "input"
	where  = "https://github.com/lotus-lake/lotus-gate/blob/main/docs/schemas/"
)

// All lists the schemas in a fixed order. The one of configurations knows the ids and
// parameters of the given rules.
func All(rules []policy.Rule) ([]Schema, error) {
	configuration, err := config.JSONSchema(rules)
	if err != nil {
		return nil, err
	}
	all := []Schema{
		{"config", config.File, configuration},
		{"stream", "stream configurations, <streams>/<source>/<stream>.json", []byte(stream.JSONSchema())},
		{"report", "findings: what --format json writes", report.JSONSchema()},
	}
	for _, kind := range policy.Kinds() {
		text, err := input(kind)
		if err != nil {
			return nil, err
		}
		all = append(all, Schema{path.Join(inputs, kind), "documents of the kind " + kind + ", as rules see them", text})
	}
	return all, nil
}

// input is the schema that rules are checked against, with the name that it has for
// the world: inside OPA it has none, or its references would be looked up there.
func input(kind string) ([]byte, error) {
	text, err := policy.InputSchema(kind)
	if err != nil {
		return nil, err
	}
	dialect := []byte(`"$schema": "http://json-schema.org/draft-07/schema#",` + "\n")
	id := fmt.Appendf(nil, "  %q: %q,\n", "$id", where+path.Join(inputs, kind)+".json")
	if !bytes.Contains(text, dialect) {
		return nil, fmt.Errorf("schema of %s: names no dialect", kind)
	}
	return bytes.Replace(text, dialect, append(dialect, id...), 1), nil
}
