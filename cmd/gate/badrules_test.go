package main

import (
	"maps"
	"strings"
	"testing"
	"time"
)

// ruleText is a rule of the house that judges every manifest.
func ruleText(body string) string {
	return `# METADATA
# title: A rule
# description: It is tried.
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: none
package house.tried

` + body + "\n"
}

// TestBadRules: rules and settings that do not hold together are exit 2 with file
// and line; rules that do not come to an end are exit 3 within their limits.
func TestBadRules(t *testing.T) {
	manifest := map[string]string{"map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"}
	for name, c := range map[string]struct {
		rule, config string
		code         int
		say          []string
	}{
		"syntax":                   {ruleText("deny contains"), "", 2, []string{"house.rego:1"}},
		"an unknown function":      {ruleText("deny contains {\"message\": frobnicate(input)}"), "", 2, []string{"house.rego:14", "frobnicate"}},
		"an unsafe variable":       {ruleText("deny contains {\"message\": x}"), "", 2, []string{"house.rego:14", "x"}},
		"a misspelt field":         {ruleText("deny contains {\"message\": \"x\"} if input.objekt.kind"), "", 2, []string{"house.rego:14", "objekt"}},
		"no METADATA":              {"package house.tried\n\ndeny contains {\"message\": \"x\"}\n", "", 2, []string{"house.rego", "METADATA"}},
		"a kind that is none":      {strings.Replace(ruleText("deny contains {\"message\": \"x\"}"), "[manifest]", "[manifesto]", 1), "", 2, []string{"house.rego", "manifesto"}},
		"the network":              {ruleText("deny contains {\"message\": http.send({\"method\": \"get\", \"url\": \"http://127.0.0.1:1\"}).body}"), "", 2, []string{"house.rego:14", "http.send"}},
		"the environment":          {ruleText("deny contains {\"message\": opa.runtime().env.HOME}"), "", 2, []string{"house.rego:14", "opa.runtime"}},
		"recursion":                {ruleText("f(x) := f(x)\n\ndeny contains {\"message\": f(1)}"), "", 2, []string{"house.rego:14", "recursive"}},
		"a shipped rule's package": {strings.Replace(ruleText("deny contains {\"message\": \"x\"}"), "house.tried", "state.committed", 1), "", 2, []string{"house.rego", "state.committed", "already defined"}},
		"a message of numbers":     {ruleText("deny contains {\"message\": 1}"), "", 3, []string{"house/tried", "map.yaml", "message"}},
		"a division by zero":       {ruleText("deny contains {\"message\": sprintf(\"%d\", [1 / 0])}"), "", 3, []string{"map.yaml", "divide by zero"}},
		"two values for one":       {ruleText("x := 1\nx := 2 if input.object\n\ndeny contains {\"message\": sprintf(\"%d\", [x])}"), "", 3, []string{"map.yaml"}},
		"time": {
			ruleText("deny contains {\"message\": \"x\"} if count([1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i * j == 7]) == 99"),
			"limits: {policy: 500ms}", 3,
			[]string{"map.yaml", "time limit exceeded: no verdict after 500ms"},
		},
		"time in one call": {
			ruleText("deny contains {\"message\": \"x\"} if count(numbers.range(1, 1000000000)) == 7"),
			"limits: {policy: 500ms, memory: 4000000000}", 3,
			[]string{"map.yaml", "limit exceeded"},
		},
		"memory": {
			ruleText("deny contains {\"message\": \"x\"} if count([[i, j] | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000)]) == 7"),
			"limits: {policy: 30s, memory: 100000000}", 3,
			[]string{"map.yaml", "memory limit exceeded: more than 95 MiB"},
		},
		"config: syntax":                {"", "rules: [", 2, []string{".lotus-gate.yaml", "line 2"}},
		"config: unknown key":           {"", "limit: {}", 2, []string{".lotus-gate.yaml", "line 2", "field limit not found"}},
		"config: unknown rule":          {"", "rules: {state/committted: {enabled: false}}", 2, []string{`unknown rule "state/committted": did you mean "state/committed"?`}},
		"config: unknown parameter":     {"", "rules: {backfill/overdue: {parameters: {max_agee: 1h}}}", 2, []string{"backfill/overdue", `no parameter "max_agee"`, "max_age"}},
		"config: wrong type":            {"", "rules: {backfill/overdue: {parameters: {max_age: 72}}}", 2, []string{"backfill/overdue", "max_age: invalid type. Expected: string"}},
		"config: aliases that multiply": {"", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d]", 2, []string{".lotus-gate.yaml"}},
		"config: deep":                  {"", "rules: " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), 2, []string{".lotus-gate.yaml"}},
		"config: a key twice":           {"", "fail_on: error\nfail_on: never", 2, []string{".lotus-gate.yaml", "line 3"}},
		"config: no limits":             {"", "limits: {policy: 0s}", 2, []string{"every limit must be positive"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := maps.Clone(manifest)
			args := []string{"check", "--no-color"}
			if c.rule != "" {
				content["rules/house.rego"] = c.rule
				args = append(args, "--policy", "rules/house.rego")
			}
			if c.config != "" {
				content[".lotus-gate.yaml"] = "version: 1\n" + c.config + "\n"
			}
			o := runGate(t, files(t, content), args...)
			if o.code != c.code {
				t.Errorf("exit code %d, want %d", o.code, c.code)
			}
			for _, say := range c.say {
				if !strings.Contains(o.stdout+o.stderr, say) {
					t.Errorf("no word of %q", say)
				}
			}
			if limit := 5 * time.Second; !raceDetector && o.took > limit {
				t.Errorf("took %s, want %s at most", o.took, limit)
			}
			if name == "memory" {
				o.within(t, name)
			}
			if strings.Contains(o.stderr, `\n`) || strings.Contains(o.stderr, `\t`) {
				t.Error("the message is not laid out in lines")
			}
			if t.Failed() {
				t.Logf("%.3000s%.3000s", o.stdout, o.stderr)
			}
		})
	}
}
