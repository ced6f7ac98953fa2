package policy_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

func TestSort(t *testing.T) {
	ordered := []policy.Finding{
		{Path: "a", Line: 1, Rule: "x/y"},
		{Path: "a", Line: 2, Column: 1, Rule: "x/z"},
		{Path: "a", Line: 2, Column: 3, Rule: "x/a"},
		{Path: "a", Line: 2, Column: 3, Rule: "x/y", Field: "a"},
		{Path: "a", Line: 2, Column: 3, Rule: "x/y", Field: "b", Message: "m"},
		{Path: "a", Line: 2, Column: 3, Rule: "x/y", Field: "b", Message: "n"},
		{Path: "a", Line: 2, Column: 3, Rule: "x/y", Field: "b", Message: "n", Commit: "c"},
		{Path: "b"},
	}
	var shuffled []policy.Finding
	for i := range ordered {
		shuffled = append(shuffled, ordered[(i*5+3)%len(ordered)], ordered[(i*3+1)%len(ordered)])
	}
	if diff := cmp.Diff(ordered, policy.Sort(shuffled)); diff != "" {
		t.Errorf("sorted, repeats dropped (-want +got):\n%s", diff)
	}
}

func TestFieldPath(t *testing.T) {
	for want, path := range map[string][]any{
		"":                      {},
		"spec.varsFrom[0].name": {"spec", "varsFrom", json.Number("0"), "name"},
		`data["a.b"]`:           {"data", "a.b"},
		`[""].x`:                {"", "x"},
		`[1][2]`:                {1, 2},
		`["new\nline"]`:         {"new\nline"},
	} {
		if got := policy.FieldPath(path); got != want {
			t.Errorf("FieldPath(%q) = %s, want %s", path, got, want)
		}
	}
}

func TestSeverityText(t *testing.T) {
	for _, s := range []policy.Severity{policy.Info, policy.Warning, policy.Error} {
		text, err := s.MarshalText()
		var back policy.Severity
		if err != nil || back.UnmarshalText(text) != nil || back != s {
			t.Errorf("%s does not come back from %q: %v", s, text, back)
		}
	}
	if _, err := policy.ParseSeverity("fatal"); err == nil || err.Error() != `severity "fatal": want error, warning or info` {
		t.Errorf("ParseSeverity(fatal): %v", err)
	}
	if got := policy.Severity(9).String(); got != "severity(9)" {
		t.Errorf("Severity(9) is %q", got)
	}
}

func TestBlocks(t *testing.T) {
	for _, f := range []policy.Finding{{Existing: true}, {Waived: true}, {Existing: true, Waived: true}} {
		if f.Blocks() {
			t.Errorf("%+v blocks", f)
		}
	}
	if !(policy.Finding{}).Blocks() {
		t.Error("a new finding does not block")
	}
}
