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
	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/ruleyaml"
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
	want.Rules = ruleyaml.Cluster{
		"manifest/slow_retry": {
			Action: ruleyaml.Stages{{Action: policy.Warn}}, Parameters: map[string]any{"max_interval": "10m"},
			Namespaces: []ruleyaml.Namespaces{{
				Names: []ruleyaml.Glob{"staging-*"}, Action: ruleyaml.Stages{{Action: policy.DryRun}}, Parameters: map[string]any{"max_interval": "1h"},
			}},
		},
		"manifest/forced": {Action: ruleyaml.Stages(tightening())},
	}
	want.Policies.Directories = []string{}
	shown := got.Policies
	got.Policies.Bundles, got.Policies.Keys, got.Policies.AllowBuiltins = nil, nil, nil // an example
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults as documented (-real +documented):\n%s", diff)
	}
	bundles, err := shown.bundles()
	if err != nil || len(bundles) != 1 {
		t.Fatalf("%d bundles, %v", len(bundles), err)
	}
	if b := bundles[0]; b.Name != "house" || b.Ref.String() != "oci://registry.example.org/lake/policies:stable" || b.Poll != time.Minute || len(b.Trust.Keys) != 1 || b.Trust.Unsigned {
		t.Errorf("%+v", b)
	}
}

// tightening is what the documentation has for a rule that tightens by itself.
func tightening() policy.Stages {
	return policy.Stages{
		{Action: policy.DryRun},
		{Action: policy.Warn, From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)},
		{Action: policy.Deny, From: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
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
		Rules    map[string]policy.RuleConfig
	}
	want := used{
		rollout.Limits{
			QuietWindow: 2 * time.Second, MaxQuiet: 30 * time.Second, Budget: 60, MinInterval: 30 * time.Second,
			Breaker: rollout.BreakerLimits{Changes: 5, Within: 10 * time.Minute, Hold: 15 * time.Minute},
		},
		rerun.Settings{Grace: 30 * time.Second, MaxBackoff: 10 * time.Minute, BumpTemplate: true},
		map[string]policy.RuleConfig{
			"manifest/slow_retry": {
				Action: policy.Stages{{Action: policy.Warn}}, Parameters: map[string]any{"max_interval": "10m"},
				Places: []policy.PlaceConfig{{
					Names: []string{"staging-*"}, Action: policy.Stages{{Action: policy.DryRun}}, Parameters: map[string]any{"max_interval": "1h"},
				}},
			},
			"manifest/forced": {Action: tightening()},
		},
	}
	if diff := cmp.Diff(want, used{c.SecretHash.limits(), c.Refresh.settings(), c.Rules.Policy().Rules}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConfigMistakes(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"secretHash:\n  quietWindw: 2s\n", "line 2: field quietWindw not found"},
		{"secretHsh: {}\n", "line 1: field secretHsh not found"},
		{"rules:\n  manifest/slow_retry:\n    acton: warn\n", "line 3: field acton not found"},
		{"rules:\n  manifest/slow_retry:\n    action: [{stage: warn}, {stage: deny, from: soon}]\n", `line 3: "soon" is not a day: write it as 2026-12-31`},
		{"rules:\n  manifest/slow_retry:\n    action:\n      - {stage: warn}\n      - {stage: deny, until: 2026-12-31}\n", "line 5: field until not found in a stage (stage, from)"},
		{"rules:\n  manifest/slow_retry:\n    action: [{stage: deny}, {stage: warn, from: 2026-12-31}]\n", "line 3: stage warn after deny: stages go from dry-run over warn to deny"},
		{"rules:\n  manifest/slow_retry:\n    action: refuse\n", `line 3: "refuse": want one of deny, warn, dry-run, off`},
		{"rules:\n  manifest/slow_retry:\n    parameters: {max_intervl: 10m}\n", `line 3: rule manifest/slow_retry has no parameter "max_intervl": did you mean "max_interval"?`},
		{"rules:\n  manifest/slow_retry:\n    namespaces:\n      - names: [a]\n        parameters:\n          max_interval: 10\n", `line 6: rule manifest/slow_retry: parameter max_interval: invalid type. Expected: string, given: integer`},
		{"rules:\n  manifest/slow_retry:\n    parameters: {max_interval: ten}\n", `line 3: rule manifest/slow_retry: parameter max_interval: does not match pattern`},
		{"\nrules:\n  manifest/slow_retri: {action: deny}\npolicies: {configMaps: \"\"}\n", `line 3: unknown rule "manifest/slow_retri": did you mean "manifest/slow_retry"?`},
		{"rules:\n  manifest/slow_retry:\n    namespaces:\n      - names: ['[']\n        action: warn\n", `line 4: "[": want a name or a pattern such as staging-*`},
		{"rules:\n  manifest/slow_retry:\n    namespaces:\n      - action: warn\n", "line 4: rule manifest/slow_retry: namespaces[0] needs names, and an action or parameters"},
		{"refresh:\n  mode: on\n", `line 2: "on": want one of enabled, disabled, dry-run`},
		{"refresh:\n  grace: 30\n", `line 2: "30": want a duration such as 30s`},
		{"secretHash:\n  budget: -1\n", `line 2: "-1": want a number that is not negative`},
		{"secretHash:\n  budget: many\n", `line 2: "many": want a number that is not negative`},
		{"secretHash:\n  maxQuiet: -3s\n", `line 2: "-3s": want a duration such as 30s`},
		{"policies:\n  configMaps: a=b=c\n", `line 2: "a=b=c": want a label selector`},
		{"policies:\n  configMaps: [a]\n", "line 2: this value: want a label selector"},
		{"refresh:\n  mode: enabled\n  mode: disabled\n", "line 3: mapping key \"mode\" already defined at line 2"},
		{"audit:\n  maxResults: 501\n", `line 2: "501": want a number from 1 to 500`},
		{"audit:\n  on: true\n", "line 2: field on not found"},
		{"refresh: {}\na: b: c\n", "line 2: mapping values are not allowed in this context"},
		{"refresh: {}\n---\nrefresh: {}\n", "holds more than one YAML document"},
		{"secretHash: 3\n", "line 1: cannot unmarshal !!int `3`"},
		{"policies:\n  bundles:\n    - {name: a, reff: x}\n", "line 3: field reff not found"},
		{"policies:\n  bundles:\n    - {name: a, ref: ftp://x}\n", `line 3: "ftp://x": no reference to a bundle; want oci://`},
		{"policies:\n  bundles:\n    - {name: a, ref: https://ada:hunter2@example.org/x}\n", "line 3: a reference holds a password"},
		{"policies:\n  bundles:\n    - {ref: oci://h/r:t}\n", "policies.bundles[0] needs name and ref"},
		{"policies:\n  bundles:\n    - {name: a, ref: oci://h/r:t}\n", "policies.bundles[0]: policies.keys has no key that bundle a may be signed with"},
		{"policies:\n  bundles:\n    - {name: a, ref: oci://h/r:t, allowUnsigned: true, keys: [b]}\n", `policies.bundles[0]: policies.keys has no key "b"`},
		{"policies:\n  bundles:\n    - {name: a, ref: oci://h/r:t, allowUnsigned: true, poll: 1ms}\n", "policies.bundles[0]: poll is a second at least"},
		{"policies:\n  bundles:\n    - &a {name: a, ref: oci://h/r:t, allowUnsigned: true}\n    - *a\n", "policies.bundles[1]: another bundle is named a"},
		{"policies:\n  keys:\n    - {id: '', key: x}\n", "policies.keys[0]: a key needs an id"},
		{"policies:\n  keys:\n    - {id: a, key: x}\n", `policies.keys[0]: key "a": want a public key in PEM`},
		{"policies:\n  keys:\n    - {id: a, kee: x}\n", "line 3: field kee not found"},
		{"policies:\n  allowBuiltins: [sprintf]\n", `line 2: "sprintf": want one of http.send, net.lookup_ip_addr, opa.runtime, rand.intn, uuid.rfc4122`},
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
