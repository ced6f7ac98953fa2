package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/memory"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// policyFlags choose the rules.
type policyFlags struct {
	paths     []string
	noBuiltin bool
	bundles   bundleFlags
	allowed   []string
}

func (f *policyFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVarP(&f.paths, "policy", "p", nil, "directory or file with Rego rules, added to the shipped ones (repeatable)")
	cmd.Flags().BoolVar(&f.noBuiltin, "no-builtin", false, "leave out the shipped rules")
	cmd.Flags().StringSliceVar(&f.allowed, "allow-builtin", nil, allowUsage)
	f.bundles.register(cmd)
}

const allowUsage = "built-in functions that rules may call although they reach out of the process: http.send, opa.runtime, … (default none)"

// load makes a set of the shipped rules, those of the flags and the repository's
// own.
func (f *policyFlags) load(own []policy.Files) (*policy.Set, error) {
	if f.noBuiltin && len(f.paths)+len(f.bundles.refs)+len(own) == 0 {
		return nil, usagef("--no-builtin needs --policy or --bundle: there would be no rules")
	}
	authors, err := policy.OpenPaths(f.paths)
	if err != nil {
		return nil, err
	}
	if len(f.bundles.refs) > 0 {
		opened, err := f.bundles.open()
		if err != nil {
			return nil, err
		}
		authors = append(authors, opened...)
	}
	var shipped fs.FS = rules.FS
	if f.noBuiltin {
		shipped = nil
	}
	// What was right is remembered.
	loader := policy.Loader{Embedded: shipped, Memory: memory.Open(memory.Default()), Allowed: f.allowed}
	if len(own) > 0 && len(f.allowed) > 0 { // what the operator allows is not for whoever may push
		alone := loader
		alone.Embedded, alone.Allowed = rules.FS, nil
		if _, err := alone.LoadFiles(own); err != nil {
			return nil, err
		}
	}
	return loader.LoadFiles(append(authors, own...))
}

// judgeFlags are what every judging command takes.
type judgeFlags struct {
	policyFlags
	data    []string
	config  string
	format  string
	output  string
	failOn  string
	noColor bool
	quiet   bool

	judged string // what is judged, for a title
	hook   bool   // the report goes to whoever pushes
}

func (f *judgeFlags) register(cmd *cobra.Command) {
	f.policyFlags.register(cmd)
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.data, "data", "d", nil, "JSON or YAML file merged into data for the rules (repeatable)")
	flags.StringVarP(&f.config, "config", "c", "", "configuration file (default: "+config.File+" of the trusted base)")
	flags.StringVarP(&f.format, "format", "o", report.Formats[0], "output format: "+strings.Join(report.Formats, ", "))
	flags.StringVar(&f.output, "output", "", "write the report to a file")
	flags.StringVar(&f.failOn, "fail-on", "", "least severity that fails: error, warning or never (default: error)")
	flags.BoolVar(&f.noColor, "no-color", false, "no colours")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "say nothing on success")
	complete(cmd, "format", report.Formats...)
	complete(cmd, "fail-on", "error", "warning", "never")
}

// complete has shells complete a flag's values.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // there is no such flag
	}
}

// loadConfig reads --config, or else what fallback finds in the trusted base
// (nil for none).
func (f *judgeFlags) loadConfig(fallback func() ([]byte, error)) (config.Config, error) {
	name, read := config.File, fallback
	if f.config != "" {
		name, read = f.config, func() ([]byte, error) {
			data, err := os.ReadFile(f.config)
			if err != nil {
				return nil, usageError{err}
			}
			return data, nil
		}
	}
	data, err := read()
	if err != nil {
		// A repository that cannot be read is no mistake of whoever calls.
		return config.Config{}, fmt.Errorf("read configuration: %w", err)
	}
	c, err := config.Parse(name, data)
	if err != nil {
		return config.Config{}, usageError{err}
	}
	if f.failOn != "" {
		c.FailOn = f.failOn
	}
	return c, nil
}

// checker builds the engine for a configuration and the repository's own rules.
func (f *judgeFlags) checker(c config.Config, own []policy.Files) (*check.Checker, error) {
	return f.checkerIn(report.Formats, c, own)
}

// checkerIn is checker for a command with formats of its own.
func (f *judgeFlags) checkerIn(formats []string, c config.Config, own []policy.Files) (*check.Checker, error) {
	if !slices.Contains(formats, f.format) {
		return nil, usagef("unknown format %q: want one of %s", f.format, strings.Join(formats, ", "))
	}
	if _, err := report.ParseFailOn(c.FailOn); err != nil {
		return nil, usageError{err}
	}
	set, err := f.load(own)
	if err != nil {
		return nil, err
	}
	if err := c.CheckRules(set); err != nil {
		return nil, usageError{err}
	}
	tuning, err := f.tuning(c)
	if err != nil {
		return nil, err
	}
	engine, err := policy.NewEngine(set, tuning)
	if err != nil {
		return nil, err
	}
	now, err := clock()
	if err != nil {
		return nil, err
	}
	return &check.Checker{Set: set, Engine: engine, Config: c, Now: now, OwnConfig: f.config == "", Load: f.load, Timeline: f.format == "html"}, nil
}

// clock is the time to judge by.
func clock() (time.Time, error) {
	fixed := os.Getenv("LOTUS_GATE_NOW")
	if fixed == "" {
		return time.Now(), nil
	}
	now, err := time.Parse(time.RFC3339, fixed)
	if err != nil {
		return time.Time{}, usagef("LOTUS_GATE_NOW: %w", err)
	}
	return now, nil
}

// tuning is what the rules see of the configuration and of --data.
func (f *judgeFlags) tuning(c config.Config) (policy.Config, error) {
	tuning, err := c.Policy()
	if err != nil {
		return tuning, usageError{err}
	}
	tuning.Data, err = readData(f.data)
	return tuning, err
}

// readData merges data files; two files may not set the same key.
func readData(paths []string) (map[string]any, error) {
	merged := map[string]any{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, usagef("read data: %w", err)
		}
		var data map[string]any
		if err := yaml.Unmarshal(raw, &data); err != nil {
			return nil, usagef("%s: want a JSON or YAML object: %w", path, err)
		}
		for key, value := range data {
			if _, taken := merged[key]; taken {
				return nil, usagef("%s: data.%s is already set by another --data file", path, key)
			}
			merged[key] = value
		}
	}
	return merged, nil
}

// writeTo opens --output, or standard output.
func (f *judgeFlags) writeTo(stdout io.Writer) (io.Writer, func() error, error) {
	if f.output == "" {
		return stdout, func() error { return nil }, nil
	}
	file, err := os.Create(filepath.Clean(f.output))
	if err != nil {
		return nil, nil, usagef("write report: %w", err)
	}
	return file, file.Close, nil
}
