package terraform

import "strings"

// similar returns what may have been meant by an attribute that is not known: the nearest name or, when none is spelt
// like it, the only one that has words more or less at its end (cron for cron_schedule).
func similar(name string, candidates []string) *string {
	if near := nearest(name, candidates); near != nil {
		return near
	}
	var found *string
	for i, c := range candidates {
		if !strings.HasPrefix(name, c+"_") && !strings.HasPrefix(c, name+"_") {
			continue
		}
		if found != nil {
			return nil
		}
		found = &candidates[i]
	}
	return found
}
