package audit

import (
	"fmt"
	"strings"
)

// Row is what the three truths say of a subject, in a few words each; "" where one
// says nothing.
type Row struct {
	Name, Git, State, Airbyte string
	At                        Position // of its findings
}

// Row says it.
func (s *Subject) Row() Row {
	row := Row{Name: s.Address(), At: s.position()}
	if row.Name == "" {
		row.Name = fmt.Sprintf("(%s) %s", s.Role, s.Name())
	}
	if s.Block != nil {
		row.Git = fmt.Sprintf("%s:%d", s.Block.At.Path, s.Block.At.Line)
	}
	var states []string
	for _, c := range s.Claims {
		text := c.ID
		if text == "" {
			text = "there"
		}
		if !c.State.Owned() {
			text += " in " + c.State.Origin
		}
		if c.Deposed {
			text += " (deposed)"
		}
		states = append(states, text)
	}
	row.State = strings.Join(states, ", ")
	if s.Airbyte != nil {
		row.Airbyte = strings.TrimSpace(s.Airbyte.ID + " " + s.Airbyte.Status)
	}
	return row
}

// ID is what Airbyte knows it by; "" when nobody says.
func (s *Subject) ID() string {
	if s.Airbyte != nil {
		return s.Airbyte.ID
	}
	if owned := s.Owned(); owned != nil {
		return owned.Instance.ID
	}
	return ""
}

// Ends are the ids of a connection's source and destination; "" where nobody says.
func (s *Subject) Ends() (source, destination string) {
	if s.Airbyte != nil {
		return s.Airbyte.SourceID, s.Airbyte.DestinationID
	}
	if owned := s.Owned(); owned != nil {
		return owned.SourceID, owned.DestinationID
	}
	return "", ""
}
