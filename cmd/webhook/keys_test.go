package main

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDropUnused: a key stays while a baseline or a record was made with it, and
// all stay while nobody can tell.
func TestDropUnused(t *testing.T) {
	unknown := errors.New("no answer")
	for name, test := range map[string]struct {
		baselines, records map[string]int
		err                error
		dropped            []string
	}{
		"used by nothing":         {dropped: []string{"old", "new"}},
		"used by a workload":      {baselines: map[string]int{"old": 1}, dropped: []string{"new"}},
		"used by Terraform":       {records: map[string]int{"old": 2}, baselines: map[string]int{"new": 1}},
		"records cannot be read":  {err: unknown},
		"none of the old is used": {baselines: map[string]int{"new": 3, "old": 0}, dropped: []string{"old"}},
	} {
		t.Run(name, func(t *testing.T) {
			var dropped []string
			records := func(context.Context) (map[string]int, error) { return test.records, test.err }
			drop := func(_ context.Context, used func(string) bool) ([]string, error) {
				for _, id := range []string{"old", "new"} {
					if !used(id) {
						dropped = append(dropped, id)
					}
				}
				return dropped, nil
			}
			if err := dropUnused(records, drop)(t.Context(), test.baselines); !errors.Is(err, test.err) {
				t.Errorf("error %v, want %v", err, test.err)
			}
			if diff := cmp.Diff(test.dropped, dropped); diff != "" {
				t.Errorf("dropped (-want +got):\n%s", diff)
			}
		})
	}
}
