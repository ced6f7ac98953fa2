// Package config reads .lotus-gate.yaml: layout, thresholds, severities and
// waivers. A mistake in it is an error with its line, never a silent default.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/ruleyaml"
)

// File is where a repository keeps its configuration.
const File = ".lotus-gate.yaml"

// MaxBytes bounds a configuration.
const MaxBytes = 1 << 20

// Config is a whole configuration. The zero value is not useful: see Default.
type Config struct {
	Version  int             `yaml:"version"`
	FailOn   string          `yaml:"fail_on"` // error, warning or never
	Layout   Layout          `yaml:"layout"`
	Branches []string        `yaml:"branches"` // patterns of branch names whose tips are judged on push
	Rules    map[string]Rule `yaml:"rules"`
	Waivers  []Waiver        `yaml:"waivers"`
	Policies []string        `yaml:"policies"` // directories of the repository with Rego rules
	Trust    Trust           `yaml:"trust"`
	Limits   Limits          `yaml:"limits"`

	Source Source `yaml:"-"`
}

// Source is what a configuration was read from, for messages.
type Source struct {
	Name string
	Text []byte
}

// Layout says where the lake keeps what, as directories from the repository's root.
type Layout struct {
	Streams   string   `yaml:"streams"`   // <streams>/<source>/<stream>.json
	Sources   string   `yaml:"sources"`   // <sources>/<source>/<stream>.json: discovered schemas
	Catalog   string   `yaml:"catalog"`   // file name of a generated catalog
	Terraform []string `yaml:"terraform"` // root modules that read streams and catalogs
}

// Rule overrides what a rule says of itself.
type Rule struct {
	Enabled    *bool           `yaml:"enabled"`
	Severity   string          `yaml:"severity"`
	Action     ruleyaml.Stages `yaml:"action"`
	Parameters map[string]any  `yaml:"parameters"`
	Paths      []PathRule      `yaml:"paths"` // the first with a name that matches decides
}

// PathRule overrides it for some paths.
type PathRule struct {
	Names      []string        `yaml:"names"` // globs with **
	Action     ruleyaml.Stages `yaml:"action"`
	Parameters map[string]any  `yaml:"parameters"`
}

// Limits bound what one run reads.
type Limits struct {
	Blob     int64         `yaml:"blob"`     // bytes of one file; larger ones are not inspected
	Unpacked int64         `yaml:"unpacked"` // bytes unpacked from one archive
	Policy   time.Duration `yaml:"policy"`   // for the rules on one document
	Memory   uint64        `yaml:"memory"`   // bytes of heap while rules run
}

// Default is the layout of the lake and thresholds that suit it.
func Default() Config {
	return Config{
		Version: 1, FailOn: "error", Branches: []string{"**"},
		Layout: Layout{
			Streams: "orchestration/dag/streams", Sources: "orchestration/dag/sources", Catalog: "_catalog.json",
			Terraform: []string{"orchestration/airbyte/terraform"},
		},
		Limits: Limits{Blob: 64 << 20, Unpacked: 64 << 20, Policy: policy.DefaultLimits.Time, Memory: policy.DefaultLimits.Memory},
	}
}

// Parse reads a configuration over the defaults. name is used in errors, which
// say line and remedy.
func Parse(name string, data []byte) (Config, error) {
	if len(data) > MaxBytes {
		return Config{}, fmt.Errorf("%s: %d bytes, more than the %d that a configuration may have", name, len(data), MaxBytes)
	}
	c := Default()
	c.Source = Source{name, data}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("%s: %s", name, oneLine(err))
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("%s: holds more than one YAML document", name)
	}
	if err := c.check(); err != nil {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// oneLine says what the YAML library found wrong without its line ends and the
// names of our types.
func oneLine(err error) string {
	var wrong *yaml.TypeError
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if errors.As(err, &wrong) {
		text = strings.Join(wrong.Errors, "; ")
	}
	return inType.ReplaceAllString(text, "")
}

var inType = regexp.MustCompile(`( in type| into) config\.\w+`)

// Policy is the part of the configuration that concerns the engine.
func (c Config) Policy() (policy.Config, error) {
	out := policy.Config{
		Rules:  map[string]policy.RuleConfig{},
		Limits: policy.Limits{Time: c.Limits.Policy, Memory: c.Limits.Memory},
		Layout: map[string]any{"streams": c.Layout.Streams, "sources": c.Layout.Sources, "catalog": c.Layout.Catalog},
		Match:  matchPath,
	}
	for id, rule := range c.Rules {
		override := policy.RuleConfig{
			Disabled: rule.Enabled != nil && !*rule.Enabled, Parameters: rule.Parameters, Action: policy.Stages(rule.Action),
		}
		for _, p := range rule.Paths {
			override.Places = append(override.Places, policy.PlaceConfig{
				Names: p.Names, Parameters: p.Parameters, Action: policy.Stages(p.Action),
			})
		}
		if rule.Severity != "" {
			severity, err := policy.ParseSeverity(rule.Severity)
			if err != nil {
				return policy.Config{}, fmt.Errorf("rule %s: %w", id, err)
			}
			override.Severity = severity
		}
		out.Rules[id] = override
	}
	return out, nil
}
