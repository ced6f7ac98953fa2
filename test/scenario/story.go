package scenario

import (
	"fmt"
	"time"
)

// cautious is how long anything may take on a busy machine.
const cautious = time.Minute

// Story is what happened, in order.
type Story struct {
	Ticket, Title string
	Lines         []string
}

// say adds a line. A zero time has no clock in front.
func (s *Story) say(at time.Time, format string, args ...any) {
	clock := "     "
	if !at.IsZero() {
		clock = at.Format("15:04")
	}
	s.Lines = append(s.Lines, clock+"  "+fmt.Sprintf(format, args...))
}
