package terraform

import (
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/spelling"
)

// nearest returns the candidate spelt most like name, or nil when none is close: the changes are at most a third of the
// letters of its last part (shopify in airbyte_source.shopify). Of equals the first wins.
func nearest(name string, candidates []string) *string {
	limit := max((len(name)-strings.LastIndexByte(name, '.')-1)/3, 1)
	var best *string
	for i, c := range candidates {
		if d := spelling.Distance(name, c, limit); d <= limit && (best == nil || d < limit) {
			best, limit = &candidates[i], d
		}
	}
	return best
}
