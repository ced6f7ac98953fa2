package lake

import (
	"context"

	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// Since finds when the backfill flags of some stream files were set, in the
// history of a snapshot. One call serves all flags of a source.
type Since func(ctx context.Context, paths []string) (map[string]stream.Setting, error)
