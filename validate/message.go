package validate

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds, in characters. The API server cuts each warning at 256 once all of them
// exceed 4,096.
const (
	maxLine       = 1024 // of a refusal
	maxRefusal    = 4096
	maxWarning    = 256
	maxWarnings   = 4096
	maxAnnotation = 1024
)

// place is where in the object the finding is; of a ConfigMap's file, the key first.
func (d decision) place() string {
	return strings.Trim(d.Path+": "+d.Field, ": ")
}

// located is the finding's message and where it is.
func (d decision) located() string {
	if place := d.place(); place != "" {
		return d.Message + " (" + place + ")"
	}
	return d.Message
}

// upcoming is what will become of such findings, and from when.
func (d decision) upcoming() string {
	if d.Next == "" {
		return ""
	}
	return fmt.Sprintf(" (%s from %s)", d.Next, d.Until)
}

// refusal is one line for each finding, as many as fit.
func refusal(denials []decision) string {
	var lines []string
	left := maxRefusal
	for i, d := range denials {
		line := d.Rule + ": " + d.located() + "."
		if d.Remedy != "" {
			line += " Fix: " + d.Remedy + "."
		}
		if d.Docs != "" {
			line += " More: " + d.Docs
		}
		line = cut(oneLine(line), maxLine)
		if left -= utf8.RuneCountInString(line) + 1; left < 0 {
			lines = append(lines, more(len(denials)-i))
			break
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// warningsOf gives two warnings for each finding, so that a long remedy cuts no
// message short: what is wrong, and how to mend it.
func warningsOf(decisions []decision) []string {
	var warnings []string
	left := maxWarnings - maxWarning // the rest is for what is left out
	for i, d := range decisions {
		said := d.Rule + ": " + d.located()
		switch {
		case d.action == breakGlass:
			said = fmt.Sprintf("allowed for break-glass group %s, and audited: %s", d.BreakGlass, said)
		case d.Existing:
			said += " (as before)"
		}
		said += d.upcoming()
		pair := []string{said}
		if d.Remedy != "" {
			pair = append(pair, d.Rule+": fix: "+d.Remedy)
		}
		for k := range pair {
			pair[k] = cut(oneLine(pair[k]), maxWarning)
			left -= utf8.RuneCountInString(pair[k])
		}
		if left < 0 {
			return append(warnings, more(len(decisions)-i))
		}
		warnings = append(warnings, pair...)
	}
	return warnings
}

func more(n int) string {
	if n == 1 {
		return "and 1 more finding"
	}
	return fmt.Sprintf("and %d more findings", n)
}

// oneLine keeps a text on its line, and within what an HTTP header may hold.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
