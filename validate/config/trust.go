package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/validate/signature"
)

// Trust says who may change what decides about pushes, and other files that are
// guarded. The zero value guards nothing.
type Trust struct {
	Approvers         []Approvers         `yaml:"approvers"`
	Keys              map[string][]string `yaml:"keys"`               // by e-mail; whoever has one must sign
	RequireSignatures bool                `yaml:"require_signatures"` // every approver must have a key
	Branches          []string            `yaml:"branches"`           // guarded beside the default branch
}

// Approvers are people who may change some files.
type Approvers struct {
	Paths  []string `yaml:"paths"` // globs with **; none: what decides about pushes
	Emails []string `yaml:"emails"`
}

func (t Trust) check() error {
	if len(t.Approvers) == 0 {
		if len(t.Keys) > 0 || t.RequireSignatures || len(t.Branches) > 0 {
			return errors.New("no approvers: nothing would be guarded")
		}
		return nil
	}
	for i, a := range t.Approvers {
		if len(a.Emails) == 0 {
			return fmt.Errorf("approvers: entry %d has no emails: nobody could change what it guards", i+1)
		}
		for _, pattern := range slices.Concat(a.Paths, t.Branches) {
			if !doublestar.ValidatePattern(pattern) || pattern == "" || strings.HasPrefix(pattern, "/") {
				return fmt.Errorf("%q is not a valid pattern: want a glob from the root, without a leading slash", pattern)
			}
		}
		for _, email := range a.Emails {
			if strings.ContainsAny(email, "<> \t\n*") || !strings.Contains(email, "@") {
				return fmt.Errorf("approvers: %q: want an e-mail address as commits have it", email)
			}
			if t.RequireSignatures && len(t.Keys[email]) == 0 {
				return fmt.Errorf("require_signatures, but keys has none of %s, who could never sign", email)
			}
		}
	}
	for _, email := range slices.Sorted(maps.Keys(t.Keys)) {
		if !slices.Contains(t.everybody(), email) {
			return fmt.Errorf("keys: %s is no approver", email)
		}
		for i, text := range t.Keys[email] {
			if _, err := signature.ParseKey(text); err != nil {
				return fmt.Errorf("keys: %s: entry %d %w", email, i+1, err)
			}
		}
	}
	return nil
}

// KeysOf are the keys with which somebody may sign.
func (t Trust) KeysOf(email string) ([]signature.Key, error) {
	var keys []signature.Key
	for _, text := range t.Keys[email] {
		key, err := signature.ParseKey(text)
		if err != nil {
			return nil, fmt.Errorf("trust: keys: %s: %w", email, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// everybody lists all approvers, sorted.
func (t Trust) everybody() []string {
	var all []string
	for _, a := range t.Approvers {
		all = append(all, a.Emails...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Approvers lists who may change a path; nobody is listed when it is not guarded.
// Where several entries cover it, all of their people may. What decides about
// pushes is always guarded: by all approvers, when no entry covers it.
func (c Config) Approvers(path string) []string {
	judges := c.Judges(path)
	var may Trust
	for _, a := range c.Trust.Approvers {
		if len(a.Paths) == 0 && judges || slices.ContainsFunc(a.Paths, func(pattern string) bool {
			ok, _ := doublestar.Match(pattern, path)
			return ok
		}) {
			may.Approvers = append(may.Approvers, a)
		}
	}
	if len(may.Approvers) == 0 && judges {
		may = c.Trust
	}
	return may.everybody()
}

// Guards reports whether changes of a branch (its name without refs/heads/) are
// judged by who made them.
func (t Trust) Guards(branch string, isDefault bool) bool {
	return len(t.Approvers) > 0 && (isDefault || slices.ContainsFunc(t.Branches, func(pattern string) bool {
		ok, _ := doublestar.Match(pattern, branch)
		return ok
	}))
}

// Salvage reads of a configuration that cannot be used who may change it, over
// the defaults, so that a mistake in it is no way around them. What is no YAML
// says nothing of that.
func Salvage(name string, data []byte) (Config, error) {
	var whole yaml.Node
	if err := yaml.Unmarshal(data, &whole); err != nil || len(whole.Content) == 0 {
		return Default(), nil
	}
	part := yaml.Node{Kind: yaml.MappingNode}
	root := whole.Content[0]
	for i := 0; root.Kind == yaml.MappingNode && i+1 < len(root.Content); i += 2 {
		if key := root.Content[i].Value; key == "trust" || key == "policies" {
			part.Content = append(part.Content, root.Content[i:i+2]...)
		}
	}
	text, err := yaml.Marshal(&part)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	return Parse(name, text)
}
