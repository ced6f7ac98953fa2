package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// TestLeastPrivilege: all tests ran with exactly the rights that the chart grants, and nothing was missing.
func TestLeastPrivilege(t *testing.T) {
	stage(t)
	requests := map[string]int{}
	for _, e := range audited(t) {
		if e.User.Username != scenario.Account {
			continue
		}
		requests[e.Verb]++
		switch {
		case e.ResponseStatus.Code != http.StatusForbidden:
		case strings.Contains(e.ResponseStatus.Message, "being terminated"): // an event in a namespace that goes
		case e.StageTimestamp.After(shared.away.from) && e.StageTimestamp.Before(shared.away.to): // a server that starts forbids until it has read its roles
		default:
			t.Errorf("%s %s: %s", e.Verb, e.RequestURI, e.ResponseStatus.Message)
		}
	}
	for _, verb := range []string{"get", "list", "watch", "create", "update", "patch", "delete"} { // of what is granted, all is needed
		if requests[verb] == 0 {
			t.Errorf("no %s by the process: it ran as somebody else, or the chart grants too much", verb)
		}
	}
	t.Logf("requests: %v", requests)
}
