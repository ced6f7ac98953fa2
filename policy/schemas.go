package policy

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// schemaFiles holds the JSON Schema of each kind of document. The shipped rules
// are checked against them by their tests, an author's when they are loaded.
//
//go:embed rules/schemas/*.json
var schemaFiles embed.FS

const schemaDir = "rules/schemas"

// kinds lists the kinds of documents, sorted.
var kinds = sync.OnceValue(func() []string {
	entries, err := schemaFiles.ReadDir(schemaDir)
	if err != nil {
		return nil // an embedded directory can be read
	}
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".json"))
	}
	return names
})

// InputSchema returns the JSON Schema (draft 7) of the documents of a kind.
func InputSchema(kind string) ([]byte, error) {
	raw, err := schemaFiles.ReadFile(path.Join(schemaDir, kind+".json"))
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return raw, nil
}

// schemas loads the schemas as OPA's type checker wants them: schema.<kind>.
func schemas() (*ast.SchemaSet, error) {
	set := ast.NewSchemaSet()
	for _, kind := range kinds() {
		schema, err := readSchema(kind)
		if err != nil {
			return nil, err
		}
		set.Put(ast.SchemaRootRef.Append(ast.StringTerm(kind)), schema)
	}
	return set, nil
}

// readSchema decodes the schema of a kind.
func readSchema(kind string) (map[string]any, error) {
	raw, err := InputSchema(kind)
	if err != nil {
		return nil, err
	}
	var schema map[string]any
	if err := json.Unmarshal(raw, &schema); err != nil {
		return nil, fmt.Errorf("read schema %s: %w", kind, err)
	}
	return schema, nil
}
