package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/mutate/rerun"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/validate"
)

// documented is the block of docs/cluster.md that shows all keys.
func documented(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "cluster.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "\n## Configuration\n")
	_, after, _ = strings.Cut(after, "```yaml\n")
	block, _, found := strings.Cut(after, "```")
	if !found {
		t.Fatal("docs/cluster.md shows no configuration")
	}
	return block
}

// TestConfigDocumented: the documentation shows the defaults, and nothing that is
// not read.
func TestConfigDocumented(t *testing.T) {
	got := defaultConfig()
	if err := got.parse([]byte(documented(t))); err != nil {
		t.Fatal(err)
	}
	want := defaultConfig()
	want.Rules = map[string]ruleConfig{"manifest/slow_retry": {
		Action: "warn", Parameters: map[string]any{"max_interval": "10m"},
		Namespaces: []namespaceRules{{Names: []glob{"staging-*"}, Action: "dry-run"}},
	}}
	want.Policies.Directories = []string{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults as documented (-real +documented):\n%s", diff)
	}
}

// TestConfigUsed: what is read reaches the packages that it is for.
func TestConfigUsed(t *testing.T) {
	c := defaultConfig()
	if err := c.parse([]byte(documented(t))); err != nil {
		t.Fatal(err)
	}
	type used struct {
		Limits   rollout.Limits
		Settings rerun.Settings
		Actions  validate.Actions
	}
	want := used{
		rollout.Limits{
			QuietWindow: 2 * time.Second, MaxQuiet: 30 * time.Second, Budget: 60, MinInterval: 30 * time.Second,
			Breaker: rollout.BreakerLimits{Changes: 5, Within: 10 * time.Minute, Hold: 15 * time.Minute},
		},
		rerun.Settings{Grace: 30 * time.Second, MaxBackoff: 10 * time.Minute, BumpTemplate: true},
		validate.Actions{"manifest/slow_retry": {Action: validate.Warn, Namespaces: []validate.NamespaceActions{{Names: []string{"staging-*"}, Action: validate.DryRun}}}},
	}
	if diff := cmp.Diff(want, used{c.SecretHash.limits(), c.Refresh.settings(), c.actions()}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConfigMistakes(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"secretHash:\n  quietWindw: 2s\n", "line 2: field quietWindw not found"},
		{"secretHsh: {}\n", "line 1: field secretHsh not found"},
		{"rules:\n  manifest/slow_retry:\n    acton: warn\n", "line 3: field acton not found"},
		{"rules:\n  manifest/slow_retry:\n    action: refuse\n", `line 3: "refuse": want one of deny, warn, dry-run, off`},
		{"rules:\n  manifest/slow_retry:\n    parameters: {max_intervl: 10m}\n", `line 2: rule manifest/slow_retry has no parameter "max_intervl"`},
		{"\nrules:\n  manifest/slow_retri: {action: deny}\npolicies: {configMaps: \"\"}\n", `line 3: unknown rule "manifest/slow_retri": did you mean "manifest/slow_retry"?`},
		{"rules:\n  manifest/slow_retry:\n    namespaces:\n      - names: ['[']\n        action: warn\n", `line 4: "[": want a name or a pattern such as staging-*`},
		{"rules:\n  manifest/slow_retry:\n    namespaces:\n      - action: warn\n", "line 2: rule manifest/slow_retry: namespaces[0] needs names and an action"},
		{"refresh:\n  mode: on\n", `line 2: "on": want one of enabled, disabled, dry-run`},
		{"refresh:\n  grace: 30\n", `line 2: "30": want a duration such as 30s`},
		{"secretHash:\n  budget: -1\n", `line 2: "-1": want a number that is not negative`},
		{"secretHash:\n  budget: many\n", `line 2: "many": want a number that is not negative`},
		{"secretHash:\n  maxQuiet: -3s\n", `line 2: "-3s": want a duration such as 30s`},
		{"policies:\n  configMaps: a=b=c\n", `line 2: "a=b=c": want a label selector`},
		{"policies:\n  configMaps: [a]\n", "line 2: this value: want a label selector"},
		{"refresh:\n  mode: enabled\n  mode: disabled\n", "line 3: mapping key \"mode\" already defined at line 2"},
		{"refresh: {}\na: b: c\n", "line 2: mapping values are not allowed in this context"},
		{"refresh: {}\n---\nrefresh: {}\n", "holds more than one YAML document"},
		{"secretHash: 3\n", "line 1: cannot unmarshal !!int `3`"},
	} {
		file := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), []string{"--config", file}, &stdout, &stderr)
		want := "webhook: " + file + ": " + test.want
		if got := stderr.String(); code != exitUsage || !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q: exit %d, %q; want exit 2, %q", test.text, code, got, want)
		}
	}
}

func TestConfigMissingOrLarge(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, bytes.Repeat([]byte("#\n"), maxConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{filepath.Join(dir, "absent.yaml"): "no such file", large: "more than 1048576 bytes", dir: "is a directory"} {
		if _, err := readConfig(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}
