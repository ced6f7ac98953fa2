package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Parameter is a threshold or list that configuration may set.
type Parameter struct {
	Description string `json:"description"`
	Default     any    `json:"default"`

	// Schema is the JSON Schema that values have to fit; nil when any value of the
	// default's type does.
	Schema map[string]any `json:"schema,omitempty"`
}

// UnmarshalJSON refuses keys that a parameter does not have.
func (p *Parameter) UnmarshalJSON(text []byte) error {
	type plain Parameter
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode((*plain)(p))
	if err == nil {
		return nil
	}
	if key, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		key = strings.Trim(key, `"`)
		return fmt.Errorf("a parameter has no key %q%s", key, DidYouMean(key, []string{"description", "default", "schema"}))
	}
	return err
}

// check refuses what an author cannot have meant.
func (p Parameter) check() error {
	if p.Description == "" {
		return errors.New("description is missing")
	}
	if p.Default == nil {
		return errors.New("default is missing")
	}
	if p.Schema == nil {
		return nil
	}
	if err := checkKeywords(p.Schema); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	answer, err := callBuiltin(ast.JSONSchemaVerify, p.Schema)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if verdict, _ := answer.([]any); len(verdict) == 2 && verdict[0] != true {
		return fmt.Errorf("schema: %s", strings.TrimPrefix(fmt.Sprint(verdict[1]), "jsonschema: "))
	}
	if wrong := p.refuses(p.Default); wrong != nil {
		return fmt.Errorf("the default does not fit the schema: %w", wrong)
	}
	return nil
}

// misfit says why a value does not fit, and at which of its elements.
type misfit struct {
	inside []string // keys and indices
	reason string
}

func (m *misfit) Error() string {
	if len(m.inside) == 0 {
		return m.reason
	}
	return strings.Join(m.inside, ".") + ": " + m.reason
}

// refuses tells why a value may not be set, nil when it may.
func (p Parameter) refuses(value any) error {
	if p.Schema == nil {
		if got, want := jsonType(value), jsonType(p.Default); got != want {
			return &misfit{reason: fmt.Sprintf("a %s, want a %s", got, want)}
		}
		return nil
	}
	// A schema judges whole JSON texts, so that the value is put into one.
	answer, err := callBuiltin(ast.JSONMatchSchema, map[string]any{wrapped: value}, map[string]any{
		"properties": map[string]any{wrapped: p.Schema},
	})
	if err != nil {
		return fmt.Errorf("apply the schema: %w", err)
	}
	verdict, _ := answer.([]any)
	if len(verdict) != 2 {
		return errors.New("apply the schema: no verdict")
	}
	reasons, _ := verdict[1].([]any)
	if verdict[0] == true || len(reasons) == 0 {
		return nil
	}
	first, _ := reasons[0].(map[string]any)
	m := &misfit{reason: lowerFirst(strings.TrimSpace(fmt.Sprint(first["desc"])))}
	if field, _ := first["field"].(string); strings.HasPrefix(field, wrapped+".") {
		m.inside = strings.Split(strings.TrimPrefix(field, wrapped+"."), ".")
	}
	m.reason = strings.TrimPrefix(m.reason, wrapped+" ") // some begin with the name of the field
	return m
}

const wrapped = "parameter"

// callBuiltin calls a built-in function of OPA as rules do, without the network.
func callBuiltin(builtin *ast.Builtin, args ...any) (any, error) {
	operands := make([]*ast.Term, len(args))
	for i, arg := range args {
		value, err := ast.InterfaceToValue(arg)
		if err != nil {
			return nil, err
		}
		operands[i] = ast.NewTerm(value)
	}
	var answer any
	err := topdown.GetBuiltin(builtin.Name)(topdown.BuiltinContext{Capabilities: capabilities()}, operands, func(t *ast.Term) (err error) {
		answer, err = ast.JSON(t.Value)
		return err
	})
	return answer, err
}

func lowerFirst(text string) string {
	if text == "" {
		return text
	}
	return string(unicode.ToLower(rune(text[0]))) + text[1:]
}
