package report

import (
	"encoding/json"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
)

// matches asks OPA's JSON Schema validator.
func matches(t *testing.T, schema, document string) bool {
	t.Helper()
	results, err := rego.New(rego.Query(`json.match_schema(input.document, input.schema)[0]`),
		rego.Input(map[string]any{"document": document, "schema": schema}), rego.StrictBuiltinErrors(true)).Eval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(results) == 1 && results[0].Expressions[0].Value == true
}

func TestJSONSchema(t *testing.T) {
	schema := string(JSONSchema())
	for name, r := range map[string]Report{"refused": refused(), "passed": passed(), "settled": settled(), "undecided": undecided(), "nasty": nasty()} {
		if got := write(t, "json", r, Options{}); !matches(t, schema, got) {
			t.Errorf("%s does not match the schema:\n%s", name, got)
		}
	}
	finding := func(doc map[string]any) map[string]any { return doc["findings"].([]any)[0].(map[string]any) }
	for name, spoil := range map[string]func(map[string]any){
		"unknown key":       func(doc map[string]any) { doc["extra"] = 1 },
		"version":           func(doc map[string]any) { doc["schema_version"] = 2 },
		"no summary":        func(doc map[string]any) { delete(doc, "summary") },
		"no errors":         func(doc map[string]any) { delete(doc["summary"].(map[string]any), "errors") },
		"negative duration": func(doc map[string]any) { doc["summary"].(map[string]any)["duration_ms"] = -1 },
		"empty undecided":   func(doc map[string]any) { doc["undecided"] = []any{} },
		"no remedy":         func(doc map[string]any) { delete(finding(doc), "remedy") },
		"severity":          func(doc map[string]any) { finding(doc)["severity"] = "fatal" },
		"line":              func(doc map[string]any) { finding(doc)["line"] = "3" },
		"fractional line":   func(doc map[string]any) { finding(doc)["line"] = 1.5 },
		"waived":            func(doc map[string]any) { finding(doc)["waived"] = nil },
	} {
		var doc map[string]any
		if err := json.Unmarshal([]byte(write(t, "json", refused(), Options{})), &doc); err != nil {
			t.Fatal(err)
		}
		spoil(doc)
		spoilt, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if matches(t, schema, string(spoilt)) {
			t.Errorf("%s: the schema accepts it", name)
		}
	}
}
