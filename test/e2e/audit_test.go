package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
	"time"
)

// auditEvent is what the tests read of a line of the audit log.
type auditEvent struct {
	Verb, RequestURI string
	User             struct{ Username string }
	ResponseStatus   struct {
		Code    int
		Message string
	}
	StageTimestamp time.Time
	Annotations    map[string]string
}

// audited is the audit log so far.
func audited(t *testing.T) []auditEvent {
	t.Helper()
	f, err := os.Open(shared.stage.Audit)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var events []auditEvent
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event auditEvent
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			continue // the last line, half written
		}
		events = append(events, event)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return events
}
