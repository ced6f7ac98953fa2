package report

import _ "embed"

//go:embed report.schema.json
var jsonSchema []byte

// JSONSchema returns the JSON Schema (draft 7) of what the format json writes.
func JSONSchema() []byte { return jsonSchema }
