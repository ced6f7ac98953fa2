package stream

import (
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/spelling"
)

// nearestKey returns the known top-level key that key was probably meant to be: at most a
// third of its letters are wrong, case and the choice of separators aside.
func nearestKey(key string) (string, bool) {
	fold := strings.NewReplacer("_", "", "-", "", " ", "")
	nearest, least := "", len(key)/3+1
	for _, known := range streamKeys {
		if d := spelling.Distance(fold.Replace(strings.ToLower(key)), fold.Replace(known), least-1); d < least {
			nearest, least = known, d
		}
	}
	return nearest, nearest != ""
}
