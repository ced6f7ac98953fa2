package delivery

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// Bounds of what is quoted of the cluster's own words.
const (
	saidLines = 8
	saidWidth = 160
)

// verbs tell a step that is done.
var verbs = map[Name]string{StepBegun: "has begun with it", StepPlan: "planned", StepApply: "applied"}

var longID = lazy.Regexp(`([:/][0-9a-f]{10})[0-9a-f]{30,}\b`)

// short abbreviates the ids of commits, so that lines fit a screen.
func short(text string) string { return longID().ReplaceAllString(text, "$1") }

// WriteEvent writes a step that was seen while following, after so long.
func WriteEvent(w io.Writer, e Event, after time.Duration) error {
	text := e.Step.Detail
	switch {
	case e.Step.Name == StepSource:
		text = e.Leg.Source + " " + text
	case e.Step.State != Done:
		text = "Terraform " + e.Leg.Terraform + ": " + text
	case e.Step.Name == StepAirbyte && text == "":
		return nil // it cannot be seen from here
	case e.Step.Name == StepAirbyte:
		text = "Terraform " + e.Leg.Terraform + " has " + text
	case text != "":
		text = "Terraform " + e.Leg.Terraform + " " + verbs[e.Step.Name] + ": " + text
	default:
		text = "Terraform " + e.Leg.Terraform + " " + verbs[e.Step.Name]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %-8s %s\n", Seconds(after), e.Step.Name, report.Visible(short(text)))
	writeSaid(&b, e.Step, strings.Repeat(" ", 18))
	_, err := io.WriteString(w, b.String())
	return err
}

// Seconds is a time since a push, aligned.
func Seconds(d time.Duration) string { return fmt.Sprintf("%6.1fs", d.Seconds()) }

// WriteLegs writes where each object stands.
func WriteLegs(w io.Writer, legs []Leg) error {
	var b strings.Builder
	for i := range legs {
		l := &legs[i]
		fmt.Fprintf(&b, "Terraform %s: %s\n", report.Visible(l.Terraform), l.Verdict())
		for _, step := range l.Steps {
			detail := step.Detail
			if step.Name == StepSource {
				detail = strings.TrimPrefix(detail, l.Source+" ")
				detail = strings.TrimSpace(l.Source + " " + detail)
			}
			if step.Name == StepAirbyte && step.State == Done && detail == "" {
				detail = "not seen from here: the object tells no inventory (spec.enableInventory) and no outputs"
			}
			line := fmt.Sprintf("  %-5s  %-8s %s", step.State, step.Name, report.Visible(short(detail)))
			if !step.At.IsZero() {
				line = strings.TrimRight(line, " ") + "  (" + when(step) + ")"
			}
			fmt.Fprintln(&b, strings.TrimRight(line, " "))
			writeSaid(&b, step, strings.Repeat(" ", 18))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// when a step was done. The cluster keeps the time of the last run that succeeded, which
// may have been a later one than the one that applied.
func when(s Step) string {
	at := s.At.UTC().Format("2006-01-02 15:04:05 UTC")
	if s.Name == StepApply {
		return "last run that succeeded: " + at
	}
	return at
}

// Verdict of a leg in a word or two.
func (l *Leg) Verdict() string {
	switch {
	case l.Applied:
		return "applied"
	case l.Stuck:
		return "stuck at " + string(l.stuckAt())
	}
	return "waiting at " + string(l.At().Name)
}

// Where a leg stands, in a line that can be shown.
func (l *Leg) Where() string {
	at := l.At()
	text := "Terraform " + l.Terraform + " is " + l.Verdict()
	if at.Name == StepSource {
		text += ": " + l.Source + " " + at.Detail
	} else if at.Detail != "" {
		text += ": " + at.Detail
	}
	return report.Visible(short(text))
}

func (l *Leg) stuckAt() Name {
	for _, s := range l.Steps {
		if s.State == Stuck {
			return s.Name
		}
	}
	return l.At().Name
}

// writeSaid quotes the cluster and says what helps.
func writeSaid(b *strings.Builder, s Step, indent string) {
	for _, line := range Quoted(s.Said) {
		fmt.Fprintf(b, "%s| %s\n", indent, line)
	}
	if s.Remedy != "" {
		fmt.Fprintf(b, "%sfix: %s\n", indent, report.Visible(s.Remedy))
	}
}

// Quoted are the first lines of what somebody else said, without what may be a
// credential.
func Quoted(said string) []string {
	var lines []string
	for line := range strings.Lines(said) {
		if line = strings.TrimRight(line, " \t\r\n"); strings.Trim(line, " \t│╷╵") == "" {
			continue
		}
		if len(lines) == saidLines {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, line)
	}
	lines = report.MaskLines(lines)
	for i, line := range lines {
		if runes := []rune(line); len(runes) > saidWidth {
			lines[i] = string(runes[:saidWidth]) + "…"
		}
	}
	return lines
}

// WriteRest writes what came of waiting for nothing to change.
func WriteRest(w io.Writer, r Rest) error {
	var b strings.Builder
	for i := range r.Legs {
		if l := &r.Legs[i]; !l.Applied {
			if err := WriteLegs(&b, r.Legs[i:i+1]); err != nil {
				return err
			}
		}
	}
	if len(r.Moved) > 0 {
		fmt.Fprintln(&b, "What changed while it was looked at:")
		for _, m := range r.Moved {
			times := "times"
			if m.Times == 1 {
				times = "time"
			}
			fmt.Fprintf(&b, "  %d %s  %s: %s\n", m.Times, times, report.Visible(m.Object), report.Visible(m.Field))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes where each object stands, and what moved, for programs.
func WriteJSON(w io.Writer, r Rest) error {
	type moved struct {
		Object string `json:"object"`
		Field  string `json:"field"`
		Times  int    `json:"times"`
	}
	type step struct {
		Name   Name       `json:"name"`
		State  State      `json:"state"`
		At     *time.Time `json:"at,omitempty"`
		Detail string     `json:"detail,omitempty"`
		Said   []string   `json:"said,omitempty"`
		Remedy string     `json:"remedy,omitempty"`
	}
	type entry struct {
		Source    string `json:"source"`
		Terraform string `json:"terraform"`
		Revision  string `json:"revision,omitempty"`
		Verdict   string `json:"verdict"`
		Steps     []step `json:"steps"`
	}
	all := []entry{}
	for i := range r.Legs {
		l := &r.Legs[i]
		e := entry{report.Visible(l.Source), report.Visible(l.Terraform), report.Visible(l.Revision), l.Verdict(), nil}
		for _, s := range l.Steps {
			out := step{s.Name, s.State, nil, report.Visible(s.Detail), Quoted(s.Said), report.Visible(s.Remedy)}
			if !s.At.IsZero() {
				at := s.At.UTC()
				out.At = &at
			}
			e.Steps = append(e.Steps, out)
		}
		all = append(all, e)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	out := struct {
		Deliveries []entry `json:"deliveries"`
		Moved      []moved `json:"moved,omitempty"`
	}{Deliveries: all}
	for _, m := range r.Moved {
		out.Moved = append(out.Moved, moved{report.Visible(m.Object), report.Visible(m.Field), m.Times})
	}
	return encoder.Encode(out)
}

// Brief writes a duration without zeroes at its end.
func Brief(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
