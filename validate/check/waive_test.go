package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/config"
)

// checker judges with the shipped rules under a configuration.
func checker(t *testing.T, text string) *Checker {
	t.Helper()
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := config.Parse(config.File, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	tuning, err := settings.Policy()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policy.NewEngine(set, tuning)
	if err != nil {
		t.Fatal(err)
	}
	return &Checker{Set: set, Engine: engine, Config: settings, Now: exampleNow, OwnConfig: true}
}

// TestWaive settles findings and files that were not inspected under one waiver,
// and compares which are accepted and what is said of the waiver itself.
func TestWaive(t *testing.T) {
	waiver := func(rule, path, expires string) string {
		return "waivers: [{rule: " + rule + ", path: '" + path + "', reason: r, owner: o, expires: " + expires + "}]\n"
	}
	type outcome struct {
		Waived    []string // paths of findings
		Undecided []string // paths that were not inspected
		Waiver    string   // rule about the waiver
	}
	for name, c := range map[string]struct {
		config string
		part   bool // of a repository was judged
		want   outcome
	}{
		"none":             {want: outcome{Undecided: []string{"big.zip", "old/big.zip"}}},
		"one path":         {config: waiver("stream/schema", "a/x.json", "2026-12-31"), want: outcome{Waived: []string{"a/x.json"}, Undecided: []string{"big.zip", "old/big.zip"}}},
		"a pattern":        {config: waiver("stream/schema", "**", "2026-12-31"), want: outcome{Waived: []string{"a/x.json", "b/x.json"}, Undecided: []string{"big.zip", "old/big.zip"}}},
		"its last day":     {config: waiver("stream/schema", "a/*", "2026-06-01"), want: outcome{Waived: []string{"a/x.json"}, Undecided: []string{"big.zip", "old/big.zip"}}},
		"expired":          {config: waiver("stream/schema", "a/*", "2026-05-31"), want: outcome{Undecided: []string{"big.zip", "old/big.zip"}, Waiver: "waiver/expired: waiver of stream/schema for a/*, owned by o, expired on 2026-05-31"}},
		"unused":           {config: waiver("stream/schema", "c/*", "2026-12-31"), want: outcome{Undecided: []string{"big.zip", "old/big.zip"}, Waiver: "waiver/unused: waiver of stream/schema for c/* accepts nothing: no such finding is left"}},
		"unused in a part": {config: waiver("stream/schema", "c/*", "2026-12-31"), part: true, want: outcome{Undecided: []string{"big.zip", "old/big.zip"}}},
		"not inspected":    {config: waiver("gate/not_inspected", "old/**", "2026-12-31"), want: outcome{Undecided: []string{"big.zip"}}},
		"of another rule":  {config: waiver("state/committed", "**", "2026-12-31"), want: outcome{Undecided: []string{"big.zip", "old/big.zip"}, Waiver: "waiver/unused: waiver of state/committed for ** accepts nothing: no such finding is left"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := checker(t, c.config).start()
			r.res = Result{
				Findings: []policy.Finding{{Rule: "stream/schema", Path: "a/x.json"}, {Rule: "stream/schema", Path: "b/x.json"}, {Rule: "terraform/syntax", Path: "a/x.json"}},
				NotInspected: []NotInspected{
					{Path: "big.zip", Reason: "too large", Undecided: true},
					{Path: "old/big.zip", Reason: "too large", Undecided: true},
					{Path: "vendor", Reason: "submodule"},
				},
			}
			r.waive(t.Context(), !c.part)
			var got outcome
			for _, f := range r.res.Findings {
				if f.Waived {
					got.Waived = append(got.Waived, f.Path)
				}
				if f.Path == config.File {
					got.Waiver += f.Rule + ": " + f.Message
				}
			}
			for _, n := range r.res.NotInspected {
				if n.Undecided {
					got.Undecided = append(got.Undecided, n.Path)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
