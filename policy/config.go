package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ConfigError is a mistake in what a configuration says of a rule.
type ConfigError struct {
	// Keys lead from Config.Rules to the mistake: names, and indices of lists, such
	// as "stream/schema", "places", 0, "parameters", "most".
	Keys []any
	Err  error
}

func (e *ConfigError) Error() string { return e.Err.Error() }
func (e *ConfigError) Unwrap() error { return e.Err }

// Root is what rules see as `data`: parameters, layout and the operator's own. It
// checks the configuration first.
func (c Config) Root(set *Set) (map[string]any, error) {
	if err := c.Check(set); err != nil {
		return nil, err
	}
	parameters := map[string]any{}
	for _, rule := range set.Rules() {
		parameters[rule.ID] = rule.parameters(c.Rules[rule.ID])
	}
	data := map[string]any{"parameters": parameters, "layout": c.Layout}
	maps.Copy(data, set.data)
	for key, value := range c.Data {
		if slices.Contains(reserved, key) {
			return nil, &LoadError{Err: fmt.Errorf("data.%s is taken by the gate's own data: rename it in your data file", key)}
		}
		if _, ok := set.data[key]; ok {
			return nil, &LoadError{Err: fmt.Errorf("data.%s is taken by the data of a bundle: rename it in your data file", key)}
		}
		data[key] = value
	}
	return data, nil
}

// Check refuses a configuration that names rules or parameters that do not exist,
// which would otherwise pass in silence, or values that a parameter may not have:
// with a *LoadError of a *ConfigError.
func (c Config) Check(set *Set) error {
	for _, id := range slices.Sorted(maps.Keys(c.Rules)) {
		rule, ok := set.Rule(id)
		if !ok {
			return &LoadError{Err: &ConfigError{[]any{id}, set.Unknown(id)}}
		}
		if err := c.Rules[id].check(rule); err != nil {
			return &LoadError{Err: err}
		}
	}
	return nil
}

func (c RuleConfig) check(rule Rule) error {
	if err := checkParameters(rule, c.Parameters, rule.ID, "parameters"); err != nil {
		return err
	}
	if err := c.Action.Check(); err != nil {
		return &ConfigError{[]any{rule.ID, "action"}, fmt.Errorf("rule %s: action: %w", rule.ID, err)}
	}
	for i, place := range c.Places {
		if err := checkParameters(rule, place.Parameters, rule.ID, "places", i, "parameters"); err != nil {
			return err
		}
		if err := place.Action.Check(); err != nil {
			return &ConfigError{[]any{rule.ID, "places", i, "action"}, fmt.Errorf("rule %s: action: %w", rule.ID, err)}
		}
	}
	return nil
}

func checkParameters(rule Rule, values map[string]any, keys ...any) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		at := append(slices.Clone(keys), name)
		p, ok := rule.Parameters[name]
		if !ok {
			return &ConfigError{at, fmt.Errorf("rule %s has no parameter %q%s", rule.ID, name, nearestParameter(rule, name))}
		}
		if err := p.refuses(values[name]); err != nil {
			var wrong *misfit
			if errors.As(err, &wrong) {
				for _, key := range wrong.inside {
					at = append(at, key)
				}
			}
			return &ConfigError{at, fmt.Errorf("rule %s: parameter %s: %w", rule.ID, name, err)}
		}
	}
	return nil
}

func nearestParameter(rule Rule, name string) string {
	names := slices.Sorted(maps.Keys(rule.Parameters))
	if len(names) == 0 {
		return ": it has none"
	}
	if near := DidYouMean(name, names); near != "" {
		return near
	}
	return "; it has: " + strings.Join(names, ", ")
}

// Unknown is the error for a rule id that the set does not have, with the
// nearest one that it has.
func (s *Set) Unknown(id string) error {
	var ids []string
	for _, rule := range s.rules {
		ids = append(ids, rule.ID)
	}
	if hint := DidYouMean(id, ids); hint != "" {
		return fmt.Errorf("unknown rule %q%s", id, hint)
	}
	return fmt.Errorf("unknown rule %q: `gate rules` lists them", id)
}

// DidYouMean is a question that names the nearest of some names, "" when none is near.
func DidYouMean(name string, names []string) string {
	best, distance := "", len(name)/2+1
	for _, other := range names {
		if d := editDistance(name, other); d < distance {
			best, distance = other, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", best)
}

func (r Rule) parameters(override RuleConfig) map[string]any {
	values := map[string]any{}
	for name, p := range r.Parameters {
		values[name] = p.Default
	}
	maps.Copy(values, override.Parameters)
	return values
}

func jsonType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "list"
	case map[string]any:
		return "map"
	default:
		return "number"
	}
}

// editDistance is Levenshtein's.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
