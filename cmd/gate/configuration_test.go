package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/config"
)

// TestLoadConfig tells mistakes of the caller from repositories that cannot be read.
func TestLoadConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"good.yaml": "fail_on: warning\n", "bad.yaml": "fail: 1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("pack is corrupt")
	with := func(change func(*config.Config)) config.Config {
		c := config.Default()
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		flags judgeFlags
		text  string // in the trusted base
		err   error
		want  config.Config
		says  string
		usage bool
	}{
		"none":           {want: config.Default()},
		"of the base":    {text: "fail_on: never\n", want: with(func(c *config.Config) { c.FailOn = "never" })},
		"of a flag":      {flags: judgeFlags{config: "good.yaml"}, text: "nonsense", want: with(func(c *config.Config) { c.FailOn = "warning" })},
		"overridden":     {flags: judgeFlags{failOn: "error"}, text: "fail_on: never\n", want: config.Default()},
		"broken":         {text: "fail: 1\n", says: ".lotus-gate.yaml: line 1: field fail not found", usage: true},
		"broken flag":    {flags: judgeFlags{config: "bad.yaml"}, says: "bad.yaml: line 1: field fail not found", usage: true},
		"no such file":   {flags: judgeFlags{config: "nowhere.yaml"}, says: "read configuration: open nowhere.yaml: no such file or directory", usage: true},
		"too large":      {text: strings.Repeat("#", config.MaxBytes+1), says: ".lotus-gate.yaml: 1048577 bytes, more than the 1048576 that a configuration may have", usage: true},
		"unreadable git": {err: broken, says: "read configuration: pack is corrupt"},
	} {
		got, err := c.flags.loadConfig(func() ([]byte, error) { return []byte(c.text), c.err })
		if (err != nil) != (c.says != "") || err != nil && err.Error() != c.says {
			t.Errorf("%s: error %v, want %q", name, err, c.says)
		}
		var usage usageError
		if errors.As(err, &usage) != c.usage {
			t.Errorf("%s: wrong usage %t, want %t", name, !c.usage, c.usage)
		}
		if err == nil && string(got.Source.Text) != c.text && c.flags.config == "" {
			t.Errorf("%s: read from %q", name, got.Source.Text)
		}
		got.Source = config.Source{}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestConfigIn(t *testing.T) {
	dir := t.TempDir()
	if data, err := configIn(dir); data != nil || err != nil {
		t.Errorf("no configuration: %q, %v", data, err)
	}
	if err := os.WriteFile(filepath.Join(dir, config.File), []byte("version: 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := configIn(dir); string(data) != "version: 1\n" || err != nil {
		t.Errorf("configIn = %q, %v", data, err)
	}
	var usage usageError
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "d", config.File), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := configIn(filepath.Join(dir, "d")); !errors.As(err, &usage) {
		t.Errorf("a directory in its place: %v", err)
	}
}

func TestReadData(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"a.json": `{"a": {"x": [1, "2"]}, "b": null}`, "c.yaml": "c: {d: true}\n", "again.yaml": "a: 1\n", "list.yaml": "- 1\n", "empty.yaml": "",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		paths []string
		want  map[string]any
		says  string
	}{
		"none":   {want: map[string]any{}},
		"two":    {paths: []string{"a.json", "c.yaml"}, want: map[string]any{"a": map[string]any{"x": []any{1, "2"}}, "b": nil, "c": map[string]any{"d": true}}},
		"empty":  {paths: []string{"empty.yaml"}, want: map[string]any{}},
		"twice":  {paths: []string{"a.json", "again.yaml"}, says: "again.yaml: data.a is already set by another --data file"},
		"a list": {paths: []string{"list.yaml"}, says: "list.yaml: want a JSON or YAML object: yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into map[string]interface {}"},
		"gone":   {paths: []string{"gone.yaml"}, says: "read data: open gone.yaml: no such file or directory"},
	} {
		got, err := readData(c.paths)
		var usage usageError
		if err != nil && (err.Error() != c.says || !errors.As(err, &usage)) || err == nil && c.says != "" {
			t.Errorf("%s: error %v, want %q", name, err, c.says)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
