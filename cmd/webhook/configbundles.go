package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
	"github.com/lotus-lake/lotus-gate/validate/ruleset"
)

type bundleConfig struct {
	Name          string    `yaml:"name"`
	Ref           reference `yaml:"ref"`
	Keys          []string  `yaml:"keys"`
	Poll          duration  `yaml:"poll"`
	Timeout       duration  `yaml:"timeout"`
	Credentials   string    `yaml:"credentials"`
	CA            string    `yaml:"ca"`
	AllowUnsigned bool      `yaml:"allowUnsigned"`
}

type keyConfig struct {
	Key       string `yaml:"key"`
	File      string `yaml:"file"`
	Algorithm string `yaml:"algorithm"`
	Scope     string `yaml:"scope"`
}

// Values that check themselves, so that a mistake has a line.
type (
	reference struct{ remote.Ref }
	builtin   string
)

func (r *reference) UnmarshalYAML(node *yaml.Node) error {
	ref, err := remote.ParseRef(node.Value)
	if err != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %v", node.Line, err)}}
	}
	r.Ref = ref
	return nil
}

func (b *builtin) UnmarshalYAML(node *yaml.Node) error {
	return oneOf(node, (*string)(b), policy.Reaching())
}

// check refuses bundles that could never be loaded.
func (c policiesConfig) check() error {
	names := map[string]bool{}
	for i, b := range c.Bundles {
		at := fmt.Sprintf("policies.bundles[%d]", i)
		switch {
		case b.Name == "" || b.Ref.String() == "":
			return fmt.Errorf("%s needs name and ref", at)
		case names[b.Name]:
			return fmt.Errorf("%s: another bundle is named %s", at, b.Name)
		case len(c.Keys) == 0 && !b.AllowUnsigned:
			return fmt.Errorf("%s: policies.keys has no key that bundle %s may be signed with", at, b.Name)
		case b.Poll > 0 && time.Duration(b.Poll) < time.Second:
			return fmt.Errorf("%s: poll is a second at least", at)
		}
		for _, id := range b.Keys {
			if _, ok := c.Keys[id]; !ok {
				return fmt.Errorf("%s: policies.keys has no key %q", at, id)
			}
		}
		names[b.Name] = true
	}
	return nil
}

// bundles reads keys and certificates.
func (c policiesConfig) bundles() ([]ruleset.Bundle, error) {
	keys := map[string]bundle.Key{}
	for _, id := range slices.Sorted(maps.Keys(c.Keys)) {
		key, err := c.Keys[id].parse(id)
		if err != nil {
			return nil, fmt.Errorf("policies.keys: %w", err)
		}
		keys[id] = key
	}
	var all []ruleset.Bundle
	for _, b := range c.Bundles {
		client, err := remote.New(remote.Config{
			Credentials: b.Credentials, CA: b.CA, Timeout: time.Duration(b.Timeout), UserAgent: "lotus-gate/" + version.String(),
		})
		if err != nil {
			return nil, fmt.Errorf("bundle %s: %w", b.Name, err)
		}
		trust := bundle.Trust{Unsigned: b.AllowUnsigned}
		for _, id := range slices.Sorted(maps.Keys(keys)) {
			if len(b.Keys) == 0 || slices.Contains(b.Keys, id) {
				trust.Keys = append(trust.Keys, keys[id])
			}
		}
		all = append(all, ruleset.Bundle{Name: b.Name, Ref: b.Ref.Ref, Trust: trust, Fetcher: client, Poll: time.Duration(b.Poll)})
	}
	return all, nil
}

func (c policiesConfig) allowed() []string {
	var names []string
	for _, name := range c.AllowBuiltins {
		names = append(names, string(name))
	}
	return names
}

func (k keyConfig) parse(id string) (bundle.Key, error) {
	text := []byte(k.Key)
	if (k.Key == "") == (k.File == "") {
		return bundle.Key{}, fmt.Errorf("key %q: want either key or file", id)
	}
	if k.File != "" {
		var err error
		if text, err = os.ReadFile(k.File); err != nil {
			return bundle.Key{}, fmt.Errorf("key %q: %w", id, err)
		}
	}
	return bundle.ParseKey(id, k.Scope, k.Algorithm, text)
}
