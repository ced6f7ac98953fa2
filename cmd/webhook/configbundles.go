package main

import (
	"fmt"
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

// keyConfig is a public key.
type keyConfig struct {
	ID        string `yaml:"id"`
	Key       string `yaml:"key"` // PEM
	Algorithm string `yaml:"algorithm"`
	Scope     string `yaml:"scope"`
}

func (k keyConfig) parse() (bundle.Key, error) {
	return bundle.ParseKey(k.ID, k.Scope, k.Algorithm, []byte(k.Key))
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
	keys := map[string]bool{}
	for i, k := range c.Keys {
		if _, err := k.parse(); err != nil {
			return fmt.Errorf("policies.keys[%d]: %w", i, err)
		}
		if keys[k.ID] {
			return fmt.Errorf("policies.keys[%d]: another key has the id %q", i, k.ID)
		}
		keys[k.ID] = true
	}
	names := map[string]bool{}
	for i, b := range c.Bundles {
		at := fmt.Sprintf("policies.bundles[%d]", i)
		switch {
		case b.Name == "" || b.Ref.String() == "":
			return fmt.Errorf("%s needs name and ref", at)
		case names[b.Name]:
			return fmt.Errorf("%s: another bundle is named %s", at, b.Name)
		case len(keys) == 0 && !b.AllowUnsigned:
			return fmt.Errorf("%s: policies.keys has no key that bundle %s may be signed with", at, b.Name)
		case b.Poll > 0 && time.Duration(b.Poll) < time.Second:
			return fmt.Errorf("%s: poll is a second at least", at)
		}
		for _, id := range b.Keys {
			if !keys[id] {
				return fmt.Errorf("%s: policies.keys has no key %q", at, id)
			}
		}
		names[b.Name] = true
	}
	return nil
}

// bundles makes clients, which read certificates.
func (c policiesConfig) bundles() ([]ruleset.Bundle, error) {
	var all []ruleset.Bundle
	for _, b := range c.Bundles {
		client, err := remote.New(remote.Config{
			Credentials: b.Credentials, CA: b.CA, Timeout: time.Duration(b.Timeout), UserAgent: version.UserAgent(),
		})
		if err != nil {
			return nil, fmt.Errorf("bundle %s: %w", b.Name, err)
		}
		trust := bundle.Trust{Unsigned: b.AllowUnsigned}
		for _, k := range c.Keys {
			if len(b.Keys) > 0 && !slices.Contains(b.Keys, k.ID) {
				continue
			}
			key, err := k.parse()
			if err != nil {
				return nil, err
			}
			trust.Keys = append(trust.Keys, key)
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
