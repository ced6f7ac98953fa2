package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// check refuses a configuration that names rules or parameters that do not
// exist: a misspelt name would otherwise pass in silence.
func (c Config) check(set *Set) error {
	for _, id := range slices.Sorted(maps.Keys(c.Rules)) {
		rule, ok := set.Rule(id)
		if !ok {
			return &LoadError{Err: set.Unknown(id)}
		}
		for _, name := range slices.Sorted(maps.Keys(c.Rules[id].Parameters)) {
			p, ok := rule.Parameters[name]
			if !ok {
				return &LoadError{Err: fmt.Errorf("rule %s has no parameter %q; it has: %s", id, name,
					strings.Join(slices.Sorted(maps.Keys(rule.Parameters)), ", "))}
			}
			if got, want := jsonType(c.Rules[id].Parameters[name]), jsonType(p.Default); got != want {
				return &LoadError{Err: fmt.Errorf("rule %s: parameter %s is a %s, want a %s", id, name, got, want)}
			}
		}
	}
	return nil
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
