package policy_test

import (
	"testing"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// BenchmarkStart is what a process pays before its first verdict: the index, and
// the compilation of the rules for every kind of document.
func BenchmarkStart(b *testing.B) {
	kinds := []string{"stream", "source", "module", "manifest", "workspace"}
	for b.Loop() {
		set, err := policy.Load(rules.FS, nil)
		if err != nil {
			b.Fatal(err)
		}
		engine, err := policy.NewEngine(set, policy.Config{})
		if err != nil {
			b.Fatal(err)
		}
		for _, kind := range kinds {
			if _, err := engine.Judge(b.Context(), policy.Document{Kind: kind, Input: map[string]any{}}, policy.Tip); err != nil {
				b.Fatal(err)
			}
		}
	}
}
