package main

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/version"
	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/schema"
)

// TestRegalConfiguration: Regal is told of the OPA that is built in, and of what rules
// may not call.
func TestRegalConfiguration(t *testing.T) {
	var config struct {
		Capabilities struct {
			From  struct{ Engine, Version string }
			Minus struct{ Builtins []struct{ Name string } }
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, editorFile(".regal", "config.yaml"))), &config); err != nil {
		t.Fatal(err)
	}
	var minus []string
	for _, b := range config.Capabilities.Minus.Builtins {
		minus = append(minus, b.Name)
	}
	if diff := cmp.Diff(policy.Forbidden(), minus); diff != "" {
		t.Errorf("built-in functions that rules may not call (-gate +Regal):\n%s", diff)
	}
	if from := config.Capabilities.From; from.Engine != "opa" || from.Version != "v"+version.Version {
		t.Errorf("Regal is set up for %s %s, built in is OPA %s", from.Engine, from.Version, version.Version)
	}
}

// TestEditorSettings: the settings are JSON as editors read it, and name schemas that
// `gate policy schema --write .vscode/lotus-gate` writes.
func TestEditorSettings(t *testing.T) {
	all, err := schema.All(nil)
	if err != nil {
		t.Fatal(err)
	}
	var written []string
	for _, s := range all {
		written = append(written, s.File(), filepath.Dir(s.File()))
	}
	named := 0
	for _, name := range []string{"settings.json", "launch.json", "extensions.json"} {
		text := regexp.MustCompile(`(?m)^\s*//.*$`).ReplaceAllString(read(t, editorFile(".vscode", name)), "")
		if err := json.Unmarshal([]byte(text), new(any)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, found := range regexp.MustCompile(`\.vscode/lotus-gate/([^"]+)`).FindAllStringSubmatch(text, -1) {
			named++
			if !slices.Contains(written, strings.TrimSuffix(found[1], "/")) {
				t.Errorf("%s: nothing writes %s", name, found[0])
			}
		}
	}
	if named == 0 {
		t.Error("the settings name no schema")
	}
}

func editorFile(path ...string) string {
	return filepath.Join(append([]string{sourceDir, "..", "..", "examples", "editor"}, path...)...)
}
