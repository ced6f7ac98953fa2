package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Severity orders findings: Info < Warning < Error. The zero value is invalid.
type Severity int

// The severities a rule's METADATA may name.
const (
	Info Severity = iota + 1
	Warning
	Error
)

var severityNames = []string{Info: "info", Warning: "warning", Error: "error"}

// ParseSeverity reads "info", "warning" or "error".
func ParseSeverity(s string) (Severity, error) {
	if i := slices.Index(severityNames[1:], s); i >= 0 {
		return Severity(i + 1), nil
	}
	return 0, fmt.Errorf("severity %q: want error, warning or info", s)
}

func (s Severity) String() string {
	if s < Info || s > Error {
		return "severity(" + strconv.Itoa(int(s)) + ")"
	}
	return severityNames[s]
}

// MarshalText makes severities read as words in JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (s *Severity) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSeverity(string(b))
	return err
}

// Position is a place in a file of the repository. Line and Column are 1-based
// (Column counts bytes); 0 means unknown.
type Position struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Finding is one verdict of one rule. A finding is a value; what could not be
// decided is an error and never a finding.
type Finding struct {
	Rule     string   `json:"rule"`     // "<domain>/<rule>"
	Severity Severity `json:"severity"` // after configuration
	Message  string   `json:"message"`
	Remedy   string   `json:"remedy"`
	Path     string   `json:"path"` // relative to the repository's root
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Field    string   `json:"field"`    // field path, "" when the finding is about a place in text
	Commit   string   `json:"commit"`   // full id; "" for a working tree or index
	Existing bool     `json:"existing"` // the base had it and the change did not touch it
	Waived   bool     `json:"waived"`
	Ticket   string   `json:"ticket"`
	Docs     string   `json:"docs"`

	// Action is what configuration or METADATA wants to become of the rule's
	// findings; "" leaves it to the severity. Until is the day on which that ends,
	// as 2006-01-02, and Next what comes then; "" when nothing does.
	Action Action `json:"action,omitempty"`
	Until  string `json:"until,omitempty"`
	Next   Action `json:"next,omitempty"`

	// BreakGlass is the group that lets the user of an admission request do it all
	// the same; "" for none, and in a repository.
	BreakGlass string `json:"-"`

	// Steps would mend what an audit found, in their order.
	Steps []Step `json:"-"`
}

// Step is one thing to do, for a script: a word that says what, and with what.
// docs/audit.md lists the words.
type Step struct {
	Do   string
	Args []string
}

// Blocks reports whether the finding counts against the judged change: it is
// neither old nor waived nor in dry-run.
func (f Finding) Blocks() bool { return !f.Existing && !f.Waived && f.Action != DryRun }

// Compare is the one order of findings: by path, line, column, rule, field,
// message and commit.
func (f Finding) Compare(o Finding) int {
	return cmp.Or(
		strings.Compare(f.Path, o.Path), cmp.Compare(f.Line, o.Line), cmp.Compare(f.Column, o.Column),
		strings.Compare(f.Rule, o.Rule), strings.Compare(f.Field, o.Field),
		strings.Compare(f.Message, o.Message), strings.Compare(f.Commit, o.Commit),
	)
}

// Sort orders findings and drops exact repeats.
func Sort(findings []Finding) []Finding {
	slices.SortFunc(findings, Finding.Compare)
	return slices.CompactFunc(findings, func(a, b Finding) bool { return a.Compare(b) == 0 })
}

// FieldPath writes a path of object keys and array indices as Kubernetes does:
// spec.varsFrom[0].name; keys that are not plain words are quoted.
func FieldPath(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch v := step.(type) {
		case string:
			if plainKey(v) {
				if b.Len() > 0 {
					b.WriteByte('.')
				}
				b.WriteString(v)
			} else {
				b.WriteString("[" + strconv.Quote(v) + "]")
			}
		default:
			fmt.Fprintf(&b, "[%v]", v)
		}
	}
	return b.String()
}

func plainKey(s string) bool {
	for _, r := range s {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return s != ""
}
