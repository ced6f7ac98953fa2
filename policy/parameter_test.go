package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// parameters is a rule with the given parameters, indented as METADATA wants them.
func parameters(yaml string) map[string]string {
	head, _, _ := strings.Cut(metadata, "#   parameters:\n")
	return map[string]string{"x.rego": head + "#   parameters:\n#     " + yaml + "\npackage a.b\n" + body}
}

// TestParameterMistakes: what an author cannot have meant is refused when the rule is
// loaded.
func TestParameterMistakes(t *testing.T) {
	for yaml, want := range map[string]string{
		`most: {default: 3}`:     "custom.parameters.most: description is missing",
		`most: {description: P}`: "custom.parameters.most: default is missing",
		`most: {description: P, default: 3, schema: {type: integer, minimun: 1}}`:            `custom.parameters.most: schema: "minimun" is no keyword of JSON Schema: did you mean "minimum"?`,
		`most: {description: P, default: [], schema: {items: {anyOf: [{typ: string}]}}}`:     `custom.parameters.most: schema: "typ" is no keyword of JSON Schema: did you mean "type"?`,
		`most: {description: P, default: 3, schema: {type: intger}}`:                         "custom.parameters.most: schema: ",
		`most: {description: P, default: x, schema: {type: string, pattern: '['}}`:           "custom.parameters.most: schema: ",
		`most: {description: P, default: 0, schema: {type: integer, minimum: 1}}`:            "custom.parameters.most: the default does not fit the schema: must be greater than or equal to 1",
		`most: {description: P, default: a, schema: {enum: [b, c]}}`:                         `custom.parameters.most: the default does not fit the schema: must be one of the following: "b", "c"`,
		`most: {description: P, default: 3, schema: {$ref: 'http://127.0.0.1:1/x.json'}}`:    "custom.parameters.most: schema: ",
		`most: {description: P, default: [1], schema: {type: array, items: {type: string}}}`: "custom.parameters.most: the default does not fit the schema: 0: invalid type. Expected: string, given: integer",
		`most: {description: P, default: 3, scheme: {}}`:                                     `a parameter has no key "scheme": did you mean "schema"?`,
	} {
		_, err := policy.Load(nil, []string{write(t, parameters(yaml))})
		var load *policy.LoadError
		if !errors.As(err, &load) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", yaml, err, want)
		}
	}
}

// TestParameterValues: a value that the schema refuses is an error that leads to it.
func TestParameterValues(t *testing.T) {
	set := load(t, parameters(strings.Join([]string{
		"age: {description: P, default: 72h, schema: {type: string, pattern: '^[0-9]+h$'}}",
		"most: {description: P, default: 3, schema: {type: integer, minimum: 1, maximum: 9}}",
		"level: {description: P, default: low, schema: {enum: [low, high]}}",
		"names: {description: P, default: [], schema: {type: array, items: {type: string, minLength: 1}}}",
		"owners: {description: P, default: {}, schema: {type: object, additionalProperties: {type: array, items: {type: string}}}}",
		"plain: {description: P, default: [1]}",
	}, "\n#     ")))
	type mistake struct {
		Keys []any
		Text string
	}
	for name, tc := range map[string]struct {
		value any
		want  *mistake
	}{
		"age":    {"48h", nil},
		"most":   {5, nil},
		"level":  {"high", nil},
		"names":  {[]any{"a"}, nil},
		"owners": {map[string]any{"a": []any{"b"}}, nil},
		"plain":  {[]any{"any"}, nil},

		"age ":     {"two days", &mistake{[]any{"age"}, "parameter age: does not match pattern '^[0-9]+h$'"}},
		"age  ":    {48, &mistake{[]any{"age"}, "parameter age: invalid type. Expected: string, given: integer"}},
		"most ":    {10, &mistake{[]any{"most"}, "parameter most: must be less than or equal to 9"}},
		"most  ":   {1.5, &mistake{[]any{"most"}, "parameter most: invalid type. Expected: integer, given: number"}},
		"level ":   {"hihg", &mistake{[]any{"level"}, `parameter level: must be one of the following: "low", "high"`}},
		"names ":   {[]any{"a", 7}, &mistake{[]any{"names", "1"}, "parameter names: 1: invalid type. Expected: string, given: integer"}},
		"owners ":  {map[string]any{"a": []any{1}}, &mistake{[]any{"owners", "a", "0"}, "parameter owners: a.0: invalid type. Expected: string, given: integer"}},
		"plain ":   {7, &mistake{[]any{"plain"}, "parameter plain: a number, want a list"}},
		"mosst":    {7, &mistake{[]any{"mosst"}, `has no parameter "mosst": did you mean "most"?`}},
		"whatever": {7, &mistake{[]any{"whatever"}, `has no parameter "whatever"; it has: age, level, most, names, owners, plain`}},
	} {
		for _, place := range []bool{false, true} {
			values := map[string]any{strings.TrimSpace(name): tc.value}
			rule, keys := policy.RuleConfig{Parameters: values}, []any{"a/b", "parameters"}
			if place {
				rule, keys = policy.RuleConfig{Places: []policy.PlaceConfig{{}, {Parameters: values}}}, []any{"a/b", "places", 1, "parameters"}
			}
			err := policy.Config{Rules: map[string]policy.RuleConfig{"a/b": rule}}.Check(set)
			if tc.want == nil {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			var load *policy.LoadError
			var wrong *policy.ConfigError
			if !errors.As(err, &load) || !errors.As(err, &wrong) || !strings.HasSuffix(err.Error(), tc.want.Text) {
				t.Errorf("%s: %v, want %s", name, err, tc.want.Text)
				continue
			}
			if diff := cmp.Diff(append(keys, tc.want.Keys...), wrong.Keys); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}
