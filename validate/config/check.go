package config

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/ruleyaml"
)

// check refuses values that could not mean what their author meant.
func (c Config) check() error {
	if c.Version != 1 {
		return fmt.Errorf("version %d: this gate reads version 1", c.Version)
	}
	if !slices.Contains([]string{"error", "warning", "never"}, c.FailOn) {
		return fmt.Errorf("fail_on %q: want error, warning or never", c.FailOn)
	}
	for _, dir := range append([]string{c.Layout.Streams, c.Layout.Sources}, c.Layout.Terraform...) {
		if dir != "." && !isDirectory(dir) {
			return fmt.Errorf("layout: %q: want a directory relative to the repository's root, without .. or a trailing slash", dir)
		}
	}
	if err := c.checkPolicies(); err != nil {
		return fmt.Errorf("policies: %w", err)
	}
	if err := c.Trust.check(); err != nil {
		return fmt.Errorf("trust: %w", err)
	}
	if c.Layout.Catalog == "" || strings.Contains(c.Layout.Catalog, "/") {
		return fmt.Errorf("layout: catalog %q: want a file name", c.Layout.Catalog)
	}
	for _, pattern := range c.Branches {
		if !doublestar.ValidatePattern(pattern) {
			return fmt.Errorf("branches: %q is not a valid pattern", pattern)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Rules)) {
		if s := c.Rules[id].Severity; s != "" {
			if _, err := policy.ParseSeverity(s); err != nil {
				return fmt.Errorf("rules: %s: %w", id, err)
			}
		}
		for i, p := range c.Rules[id].Paths {
			if err := p.check(); err != nil {
				return fmt.Errorf("line %d: rules: %s: paths[%d]: %w", ruleyaml.Line(c.Source.Text, "rules", id, "paths", i), id, i, err)
			}
		}
	}
	if c.Limits.Blob <= 0 || c.Limits.Unpacked <= 0 || c.Limits.Policy <= 0 || c.Limits.Memory == 0 {
		return fmt.Errorf("limits: every limit must be positive")
	}
	return nil
}

func (p PathRule) check() error {
	if len(p.Names) == 0 || p.Action == nil && len(p.Parameters) == 0 {
		return errors.New("needs names, and an action or parameters")
	}
	for _, name := range p.Names {
		if !doublestar.ValidatePattern(name) {
			return fmt.Errorf("%q is not a valid pattern", name)
		}
	}
	return nil
}

func matchPath(pattern, path string) bool {
	ok, _ := doublestar.Match(pattern, path)
	return ok
}

// isDirectory reports whether a name is that of a directory below the root.
func isDirectory(dir string) bool {
	return dir != "" && dir != "." && dir == path.Clean(dir) && !strings.HasPrefix(dir, "/") && dir != ".." && !strings.HasPrefix(dir, "../")
}

// Protects reports whether the tip of a branch (its name without refs/heads/)
// is judged when it is pushed.
func (c Config) Protects(branch string) bool {
	return slices.ContainsFunc(c.Branches, func(pattern string) bool {
		ok, _ := doublestar.Match(pattern, branch)
		return ok
	})
}

// CheckRules refuses what does not fit the rules: names of rules and parameters
// that do not exist, values that parameters may not have.
func (c Config) CheckRules(set *policy.Set) error {
	tuning, err := c.Policy()
	if err == nil {
		err = ruleyaml.Locate(c.Source.Text, "paths", tuning.Check(set))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Source.Name, err)
	}
	for _, w := range c.Waivers {
		if _, ok := set.Rule(w.Rule); !ok && w.Rule != NotInspected {
			return fmt.Errorf("%s: waivers: line %d: %w", c.Source.Name, w.Line, set.Unknown(w.Rule))
		}
	}
	return nil
}

// NotInspected is the name under which a waiver accepts a file that the gate
// cannot look into, such as an encrypted archive.
const NotInspected = "gate/not_inspected"
