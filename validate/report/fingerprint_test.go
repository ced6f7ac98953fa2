package report

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

func TestFingerprints(t *testing.T) {
	base := policy.Finding{Rule: "a/b", Path: "f", Field: "x", Line: 3, Message: "on for 3 days", Commit: commitA}
	moved := base
	moved.Line, moved.Message, moved.Commit, moved.Existing = 30, "on for 4 days", commitB, true
	if diff := cmp.Diff(fingerprints([]policy.Finding{base}), fingerprints([]policy.Finding{moved})); diff != "" {
		t.Errorf("an edit above changed it: %s", diff)
	}
	all := fingerprints([]policy.Finding{
		base, moved,
		{Rule: "a/bf", Path: "", Field: "x"},
		{Rule: "a/b", Path: "fx", Field: ""},
		{Rule: "a/b", Path: "", Field: "fx"},
		{Rule: "a/b", Path: "\xff"},
		{Rule: "a/b", Path: `\xff`},
	})
	slices.Sort(all)
	if unique := slices.Compact(slices.Clone(all)); len(unique) != len(all) {
		t.Errorf("%d of %d are distinct", len(unique), len(all))
	}
}
