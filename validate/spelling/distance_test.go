package spelling

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 0, 0},
		{"orders", "orders", 3, 0},
		{"order", "orders", 3, 1},
		{"orders", "rders", 3, 1},
		{"orders", "orderz", 3, 1},
		{"orders", "odrers", 3, 1}, // a swap
		{"orders", "sredro", 9, 3},
		{"", "abc", 3, 3},
		{"abc", "", 3, 3},
		{"kitten", "sitting", 9, 3},
		{"ca", "abc", 9, 3}, // no edits between what was swapped
		{"a", "abcdef", 2, 3},
		{"é", "e", 3, 2}, // bytes
	} {
		if got := Distance(c.a, c.b, c.limit); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
		if got := Distance(c.b, c.a, c.limit); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", c.b, c.a, c.limit, got, c.want)
		}
	}
	long := strings.Repeat("a", longest+1)
	if got := Distance(long, long, 5); got != 6 {
		t.Errorf("names that are too long to compare are %d apart, want more than the limit", got)
	}
}
