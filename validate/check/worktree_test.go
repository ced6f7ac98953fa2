package check

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
)

// TestWorkingTreeOfALakeInside judges a lake that lies in a directory of its
// repository: its history is found there.
func TestWorkingTreeOfALakeInside(t *testing.T) {
	const orders = "orchestration/dag/streams/shop/orders.json"
	r := newRepo(t)
	flagged := r.commit(t, "lake/"+orders, `{"stream": "orders", "backfill": true}`, "other/"+orders, "{}")
	for dir, inside := range map[string]bool{"lake": true, ".": false, "other": false} {
		c := checker(t, "")
		c.Now = time.Now().Add(100 * time.Hour)
		var facts []policy.Document
		c.Observe = func(doc policy.Document) {
			if doc.Kind == "source" {
				facts = append(facts, doc)
			}
		}
		res, err := c.WorkingTree(t.Context(), filepath.Join(r.dir, dir), r.open(t))
		if err != nil {
			t.Fatal(err)
		}
		overdue := slices.ContainsFunc(res.Findings, func(f policy.Finding) bool { return f.Rule == "backfill/overdue" })
		if overdue != inside {
			t.Errorf("%s: overdue %t, want %t", dir, overdue, inside)
		}
		if !inside {
			continue
		}
		if len(facts) != 1 || facts[0].Input["backfill"].([]any)[0].(map[string]any)["set_by"] != flagged {
			t.Errorf("%s: %v, want a flag set by %s", dir, facts, flagged)
		}
	}
}
