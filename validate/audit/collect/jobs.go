package collect

import (
	"context"
	"fmt"

	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/audit/airbyte"
)

// Jobs asks Airbyte what became of the resets of flags that are on. It comes after
// everything else was collected.
func Jobs(ctx context.Context, client *airbyte.Client, facts *audit.Facts) {
	for i := range facts.Backfills {
		id := facts.ConnectionID(&facts.Backfills[i])
		if id == "" {
			continue
		}
		jobs, err := client.Jobs(ctx, id)
		if err != nil {
			facts.Undecided = append(facts.Undecided, fmt.Sprintf("the backfill of %s cannot be audited: %v", facts.Backfills[i].Source, err))
			continue
		}
		if jobs == nil {
			jobs = []airbyte.Job{}
		}
		facts.Backfills[i].Jobs = jobs
	}
}
