package check

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// TestRatchet marks findings as existing: those that the base had, one for one,
// wherever in the file they stand now.
func TestRatchet(t *testing.T) {
	found := func(rule, path, field, message string, line int) policy.Finding {
		return policy.Finding{Rule: rule, Path: path, Field: field, Message: message, Line: line}
	}
	a := found("stream/schema", "a.json", "fields", "no", 1)
	moved, twice := a, a
	moved.Line, twice.Line = 9, 20
	overdue := found("backfill/overdue", "a.json", "", "on for 100 hours", 1) // ratchet: false
	for name, c := range map[string]struct {
		now, before []policy.Finding
		base        bool
		err         error
		existing    []bool
	}{
		"no base":               {now: []policy.Finding{a}, before: []policy.Finding{a}, existing: []bool{false}},
		"new":                   {now: []policy.Finding{a}, base: true, existing: []bool{false}},
		"the same":              {now: []policy.Finding{a}, before: []policy.Finding{a}, base: true, existing: []bool{true}},
		"moved":                 {now: []policy.Finding{moved}, before: []policy.Finding{a}, base: true, existing: []bool{true}},
		"one more":              {now: []policy.Finding{a, moved, twice}, before: []policy.Finding{twice, a}, base: true, existing: []bool{true, true, false}},
		"one less":              {now: []policy.Finding{a}, before: []policy.Finding{a, twice}, base: true, existing: []bool{true}},
		"other message":         {now: []policy.Finding{a}, before: []policy.Finding{found("stream/schema", "a.json", "fields", "never", 1)}, base: true, existing: []bool{false}},
		"other field":           {now: []policy.Finding{a}, before: []policy.Finding{found("stream/schema", "a.json", "name", "no", 1)}, base: true, existing: []bool{false}},
		"other path":            {now: []policy.Finding{a}, before: []policy.Finding{found("stream/schema", "b.json", "fields", "no", 1)}, base: true, existing: []bool{false}},
		"other rule":            {now: []policy.Finding{a}, before: []policy.Finding{found("stream/name_mismatch", "a.json", "fields", "no", 1)}, base: true, existing: []bool{false}},
		"not ratcheted":         {now: []policy.Finding{overdue, a}, before: []policy.Finding{overdue, a}, base: true, existing: []bool{false, true}},
		"base cannot be judged": {now: []policy.Finding{a}, before: []policy.Finding{a}, base: true, err: errors.New("too slow"), existing: []bool{false}},
		"nothing found":         {base: true, err: errors.New("never asked")},
	} {
		r := checker(t, "").start()
		got := r.ratchet(slices.Clone(c.now), c.base, func() ([]policy.Finding, error) { return c.before, c.err })
		want := slices.Clone(c.now)
		for i := range want {
			want[i].Existing = c.existing[i]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		var undecided []error
		if c.err != nil && len(c.now) > 0 {
			undecided = []error{c.err}
		}
		if !slices.Equal(undecided, r.res.Undecided) {
			t.Errorf("%s: undecided %v, want %v", name, r.res.Undecided, undecided)
		}
	}
}
