package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Action is what becomes of a rule's findings: in a repository and in a cluster
// the same.
type Action string

// Deny refuses, Warn tells and never refuses, DryRun is recorded aside, and Off is
// not even that.
const (
	Deny   Action = "deny"
	Warn   Action = "warn"
	DryRun Action = "dry-run"
	Off    Action = "off"
)

// Becomes is what becomes of a finding after Enforce: what configuration or METADATA
// want, and else what its severity means: errors refuse, all else is told.
func (f Finding) Becomes() Action {
	switch {
	case f.Action != "":
		return f.Action
	case f.Severity == Error:
		return Deny
	}
	return Warn
}

// actions go from loose to tight.
var actions = []Action{Off, DryRun, Warn, Deny}

// Stage is an action from a day on.
type Stage struct {
	Action Action
	From   time.Time // midnight in UTC; zero in the first stage
}

// Stages are the actions of a rule as time goes by: the first holds until the
// second begins, and so on. Without any, a rule's severity decides.
type Stages []Stage

// Now is the stage in force, and the one that comes next: nil when none does. The
// zero Stage stands for that of the severity.
func (s Stages) Now(now time.Time) (in Stage, next *Stage) {
	for i := range s {
		if s[i].From.After(now) {
			return in, &s[i]
		}
		in = s[i]
	}
	return in, nil
}

// Check refuses stages that nobody can have meant. They only ever tighten, so that
// a date that passes unnoticed lets nothing in.
func (s Stages) Check() error {
	for i, stage := range s {
		if !slices.Contains(actions, stage.Action) {
			return fmt.Errorf("%q: want one of deny, warn, dry-run, off", string(stage.Action))
		}
		switch {
		case i == 0 && !stage.From.IsZero():
			return fmt.Errorf("stage %s: the first stage has no from: it holds until the next begins", stage.Action)
		case i == 0:
			continue
		case stage.From.IsZero():
			return fmt.Errorf("stage %s: from is missing: the day on which it begins, such as 2026-12-31", stage.Action)
		case !stage.From.After(s[i-1].From):
			return fmt.Errorf("stage %s: from %s is not after the stage before", stage.Action, stage.From.Format(time.DateOnly))
		case slices.Index(actions, stage.Action) <= slices.Index(actions, s[i-1].Action):
			return fmt.Errorf("stage %s after %s: stages go from dry-run over warn to deny", stage.Action, s[i-1].Action)
		}
	}
	return nil
}

// jsonStage is a Stage as METADATA and configurations write it.
type jsonStage struct {
	Stage Action `json:"stage"`
	From  string `json:"from,omitempty"`
}

// UnmarshalJSON reads an action alone, or a list of {"stage", "from"}.
func (s *Stages) UnmarshalJSON(text []byte) error {
	var one Action
	if json.Unmarshal(text, &one) == nil {
		*s = Stages{{Action: one}}
		return s.Check()
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var list []jsonStage
	if err := dec.Decode(&list); err != nil || len(list) == 0 {
		return errors.New("want deny, warn, dry-run or off, or a list of stages such as {stage: warn, from: 2026-12-31}")
	}
	*s = nil
	for _, stage := range list {
		from, err := day(stage.From)
		if err != nil {
			return err
		}
		*s = append(*s, Stage{stage.Stage, from})
	}
	return s.Check()
}

// MarshalJSON is the inverse of UnmarshalJSON.
func (s Stages) MarshalJSON() ([]byte, error) {
	if len(s) == 1 {
		return json.Marshal(s[0].Action)
	}
	list := make([]jsonStage, len(s))
	for i, stage := range s {
		list[i] = jsonStage{Stage: stage.Action}
		if !stage.From.IsZero() {
			list[i].From = stage.From.Format(time.DateOnly)
		}
	}
	return json.Marshal(list)
}

// day reads 2006-01-02, also as YAML libraries give it, which take it for a time.
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, strings.TrimSuffix(text, "T00:00:00Z"))
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a day: write it as 2026-12-31", text)
	}
	return t, nil
}
