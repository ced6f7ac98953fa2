package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/validate/ruleyaml"
)

// maxConfig bounds a configuration, in bytes.
const maxConfig = 1 << 20

// configuration is the file of --config, as docs/cluster.md says.
type configuration struct {
	Rules      ruleyaml.Cluster `yaml:"rules"`
	SecretHash secretHashConfig `yaml:"secretHash"`
	Refresh    refreshConfig    `yaml:"refresh"`
	Audit      auditConfig      `yaml:"audit"`
	Policies   policiesConfig   `yaml:"policies"`
}

type secretHashConfig struct {
	Mode             mode          `yaml:"mode"`
	ImagePullSecrets bool          `yaml:"imagePullSecrets"`
	QuietWindow      duration      `yaml:"quietWindow"`
	MaxQuiet         duration      `yaml:"maxQuiet"`
	Budget           count         `yaml:"budget"`
	MinInterval      duration      `yaml:"minInterval"`
	Breaker          breakerConfig `yaml:"breaker"`
}

type breakerConfig struct {
	Changes count    `yaml:"changes"`
	Within  duration `yaml:"within"`
	Hold    duration `yaml:"hold"`
}

type refreshConfig struct {
	Mode             mode     `yaml:"mode"`
	Grace            duration `yaml:"grace"`
	MaxBackoff       duration `yaml:"maxBackoff"`
	PokeSources      bool     `yaml:"pokeSources"`
	BumpTemplate     bool     `yaml:"bumpTemplate"`
	RemoveRunnerPods bool     `yaml:"removeRunnerPods"`
}

type auditConfig struct {
	Enabled     bool     `yaml:"enabled"`
	Interval    duration `yaml:"interval"`
	MinInterval duration `yaml:"minInterval"`
	QuietWindow duration `yaml:"quietWindow"`
	MaxResults  results  `yaml:"maxResults"`
}

type policiesConfig struct {
	Directories   []string       `yaml:"directories"`
	ConfigMaps    selector       `yaml:"configMaps"`
	Bundles       []bundleConfig `yaml:"bundles"`
	Keys          []keyConfig    `yaml:"keys"`
	Cache         string         `yaml:"cache"`
	AllowBuiltins []builtin      `yaml:"allowBuiltins"`
}

// defaultConfig holds where the file says nothing.
func defaultConfig() configuration {
	return configuration{
		SecretHash: secretHashConfig{
			Mode: "enabled", QuietWindow: duration(2 * time.Second), MaxQuiet: duration(30 * time.Second), Budget: 60, MinInterval: duration(30 * time.Second),
			Breaker: breakerConfig{Changes: 5, Within: duration(10 * time.Minute), Hold: duration(15 * time.Minute)},
		},
		Refresh:  refreshConfig{Mode: "enabled", Grace: duration(30 * time.Second), MaxBackoff: duration(10 * time.Minute), BumpTemplate: true},
		Audit:    auditConfig{Interval: duration(time.Hour), MinInterval: duration(time.Minute), QuietWindow: duration(10 * time.Second), MaxResults: 200},
		Policies: policiesConfig{ConfigMaps: "lotus-gate.dev/policy=true", Cache: "/var/cache/lotus-gate"},
	}
}

// readConfig reads a file over the defaults. A mistake is an error with its line.
func readConfig(name string) (configuration, error) {
	c := defaultConfig()
	if name == "" {
		return c, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return c, fmt.Errorf("read the configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return c, fmt.Errorf("read the configuration: %w", err)
	}
	if len(text) > maxConfig {
		return c, fmt.Errorf("%s: more than %d bytes", name, maxConfig)
	}
	if err := c.parse(text); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func (c *configuration) parse(text []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return oneLine(err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return errors.New("holds more than one YAML document")
	}
	if err := c.Policies.check(); err != nil {
		return err
	}
	return c.checkRules(text)
}

// oneLine says what the YAML library found wrong without its line ends and the
// names of our types.
func oneLine(err error) error {
	var wrong *yaml.TypeError
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if errors.As(err, &wrong) {
		text = strings.Join(wrong.Errors, "; ")
	}
	return errors.New(inType.ReplaceAllString(text, ""))
}

var inType = regexp.MustCompile(`( in type| into) main\.\w+`)

// limits is the part of the configuration that bounds rollouts.
func (c secretHashConfig) limits() rollout.Limits {
	return rollout.Limits{
		QuietWindow: time.Duration(c.QuietWindow), MaxQuiet: time.Duration(c.MaxQuiet), Budget: int(c.Budget), MinInterval: time.Duration(c.MinInterval),
		Breaker: rollout.BreakerLimits{Changes: int(c.Breaker.Changes), Within: time.Duration(c.Breaker.Within), Hold: time.Duration(c.Breaker.Hold)},
	}
}

// settings is the part that says how Terraform objects are asked to run.
func (c refreshConfig) settings() rerun.Settings {
	return rerun.Settings{
		Grace: time.Duration(c.Grace), MaxBackoff: time.Duration(c.MaxBackoff),
		PokeSources: c.PokeSources, BumpTemplate: c.BumpTemplate, RemoveRunnerPods: c.RemoveRunnerPods,
	}
}
