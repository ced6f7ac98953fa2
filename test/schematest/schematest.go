// Package schematest lets tests ask an independent JSON Schema validator.
package schematest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Compile reads a schema, which must be a valid one, name its dialect and refer to
// nothing outside itself. The result says what is wrong with a value, which is first made JSON.
func Compile(t testing.TB, schema []byte) func(value any) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	if dialect, _ := document.(map[string]any)["$schema"].(string); dialect != "http://json-schema.org/draft-07/schema#" {
		t.Fatalf("$schema is %q", dialect)
	}
	const name = "file:///schema.json"
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(nothing{})
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(value any) error {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return err
		}
		return compiled.Validate(plain)
	}
}

// nothing is a loader that has no schemas but those that were added.
type nothing struct{}

func (nothing) Load(url string) (any, error) { return nil, fmt.Errorf("%s is outside the schema", url) }
