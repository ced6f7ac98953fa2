package policy

import "testing"

func TestDocs(t *testing.T) {
	related := []Related{{Ref: "https://example.com/why"}}
	for want, rule := range map[string]Rule{
		"https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/a/b.md": {ID: "a/b", Shipped: true, Related: related},
		"https://example.com/why": {ID: "a/b", Related: related},
		"":                        {ID: "a/b"},
	} {
		if got := rule.Docs(); got != want {
			t.Errorf("Docs of %+v = %q, want %q", rule, got, want)
		}
	}
}
