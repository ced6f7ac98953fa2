package config

import (
	"fmt"
	"math"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"
)

// Waiver accepts findings of one rule in some files until a day. Every part is
// required: who accepts what, why and for how long.
type Waiver struct {
	Rule    string `yaml:"rule"`
	Path    string `yaml:"path"` // glob with **
	Reason  string `yaml:"reason"`
	Owner   string `yaml:"owner"`
	Expires Day    `yaml:"expires"` // last day on which it holds

	Line int `yaml:"-"` // in the configuration file
}

// Day is a calendar day in UTC.
type Day struct{ time.Time }

// UnmarshalYAML reads 2006-01-02.
func (d *Day) UnmarshalYAML(node *yaml.Node) error {
	t, err := time.Parse(time.DateOnly, node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %q is not a day: write it as 2026-12-31", node.Line, node.Value)
	}
	d.Time = t
	return nil
}

// UnmarshalYAML notes the line, for messages about the waiver.
func (w *Waiver) UnmarshalYAML(node *yaml.Node) error {
	type plain Waiver
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key := node.Content[i]; key.Value {
		case "rule", "path", "reason", "owner", "expires":
		default:
			return fmt.Errorf("line %d: field %s not found in a waiver (rule, path, reason, owner, expires)", key.Line, key.Value)
		}
	}
	if err := node.Decode((*plain)(w)); err != nil {
		return err
	}
	w.Line = node.Line
	for name, value := range map[string]bool{
		"rule": w.Rule == "", "path": w.Path == "", "reason": w.Reason == "", "owner": w.Owner == "", "expires": w.Expires.IsZero(),
	} {
		if value {
			return fmt.Errorf("line %d: waiver without %s: rule, path, reason, owner and expires are all required", node.Line, name)
		}
	}
	if !doublestar.ValidatePattern(w.Path) {
		return fmt.Errorf("line %d: path %q is not a valid pattern", node.Line, w.Path)
	}
	return nil
}

// Expired reports whether the last day is over.
func (w Waiver) Expired(now time.Time) bool { return !now.Before(w.Expires.AddDate(0, 0, 1)) }

// DaysLeft counts whole days until it expires; negative once it has.
func (w Waiver) DaysLeft(now time.Time) int {
	return int(math.Floor(w.Expires.AddDate(0, 0, 1).Sub(now).Hours() / 24))
}

// Covers reports whether the waiver is about a rule's finding at a path.
func (w Waiver) Covers(rule, path string) bool {
	ok, _ := doublestar.Match(w.Path, path)
	return ok && w.Rule == rule
}
