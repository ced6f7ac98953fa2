// Package spelling tells how alike two names are, for messages that suggest one.
package spelling

// longest is up to how many bytes names are compared: none that people write is longer.
const longest = 256

// Distance counts the bytes to insert, delete, replace or swap with their neighbour to make b of a. Above limit it may
// stop counting: the result is then some number greater than limit, as it is for names longer than 256 bytes.
func Distance(a, b string, limit int) int {
	if len(a) > longest || len(b) > longest || len(a)-len(b) > limit || len(b)-len(a) > limit {
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
