package e2e

import (
	"strings"
	"testing"

	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// TestLeastPrivilege: all tests ran with exactly the rights that the chart grants, and nothing was missing.
func TestLeastPrivilege(t *testing.T) {
	s := stage(t)
	requests := map[string]int{}
	for _, e := range audited(t) {
		if e.User.Username != scenario.Account {
			continue
		}
		requests[e.Verb]++
		if e.ResponseStatus.Code == 403 {
			t.Errorf("%s %s: %s", e.Verb, e.RequestURI, e.ResponseStatus.Message)
		}
	}
	for _, verb := range []string{"get", "list", "watch", "create", "update", "patch", "delete"} { // of what is granted, all is needed
		if requests[verb] == 0 {
			t.Errorf("no %s by the process: it ran as somebody else, or the chart grants too much", verb)
		}
	}
	t.Logf("requests: %v", requests)
	for _, p := range s.Processes() {
		for line := range strings.Lines(p.Log()) {
			if strings.Contains(strings.ToLower(line), "forbidden") {
				t.Errorf("it says: %s", line)
			}
		}
	}
}
