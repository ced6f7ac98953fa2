package terraform

import "strings"

// nearest returns the candidate spelt most like name, or nil when none is close: the changes are at most a third of the
// letters of its last part (shopify in airbyte_source.shopify). Of equals the first wins.
func nearest(name string, candidates []string) *string {
	limit := max((len(name)-strings.LastIndexByte(name, '.')-1)/3, 1)
	var best *string
	for i, c := range candidates {
		if d := editDistance(name, c, limit); d <= limit && (best == nil || d < limit) {
			best, limit = &candidates[i], d
		}
	}
	return best
}

// editDistance counts insertions, deletions, substitutions and swaps of neighbours; above limit it may stop counting.
func editDistance(a, b string, limit int) int {
	if len(a) > 256 || len(b) > 256 || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
