package stream

import "strings"

// nearestKey returns the known top-level key that key was probably meant to be: at most a
// third of its letters are wrong, case and the choice of separators aside.
func nearestKey(key string) (string, bool) {
	fold := strings.NewReplacer("_", "", "-", "", " ", "")
	nearest, least := "", len(key)/3+1
	for _, known := range streamKeys {
		if len(key) > 2*len(known)+2 {
			continue
		}
		if d := distance(fold.Replace(strings.ToLower(key)), fold.Replace(known)); d < least {
			nearest, least = known, d
		}
	}
	return nearest, nearest != ""
}

// distance is the number of bytes to insert, delete or replace to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
