// Package report writes the findings of one run: one file a format. It decides
// nothing: what it prints was decided by the rules, and the same report gives
// the same bytes.
package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// Report is all that one run has to say.
type Report struct {
	Findings     []policy.Finding // in policy.Sort's order
	NotInspected []NotInspected   // never changes the verdict: what must, belongs in Undecided
	Undecided    []string         // errors that kept the run from a verdict
	Summary      Summary
	FailOn       policy.Severity // the least severity that refuses; 0 means Error; see Never
	Version      string          // of the gate; "" leaves it out
	Judged       string          // what was judged, in a few words; "" leaves it out

	// Timeline is what became of the backfill flags, for HTML; nil leaves it out.
	Timeline *stream.Timeline

	// Rules finds a rule's METADATA; nil, or false, leaves out what it would add.
	Rules func(id string) (policy.Rule, bool)

	// Source gives lines of a file around a 1-based line, without their line
	// ends, and the number of the first. Commit is "" for a working tree.
	Source func(path, commit string, line int) (lines []string, first int, ok bool)

	// Framed says which rules' findings may be shown with lines of the file.
	// nil means none: a rule that finds credentials points at them, and a frame
	// would print them into a log.
	Framed func(rule string) bool

	Resources  []Resource // of an audit, in the order in which they are shown
	Deliveries []Delivery // of an audit
	Revisions  []Revision // of an audit: the last commits, the newest first
	Script     Script     // of an audit
}

// NotInspected is content that no rule saw, and why: a submodule, an archive
// beyond the limits.
type NotInspected struct {
	Path   string `json:"path"`
	Commit string `json:"commit"`
	Reason string `json:"reason"`
}

// Summary is what was judged. The counts of findings are made by Count.
type Summary struct {
	Commits   int // 0 for a working tree
	Documents int
	Duration  time.Duration
}

// Options say how a report for people looks. Formats for machines ignore them.
type Options struct {
	Color bool // SGR sequences
	Quiet bool // a pass prints nothing, a refusal only what refuses
	Width int  // columns for prose and code frames; 0 means 100
	Limit int  // places shown for each rule in text; 0 means all
	Rules int  // rules shown in full in text, the others by name; 0 means all

	// All says how to see what Limit and Rules leave out.
	All string
}

// Formats are the names that Write knows, the default first.
var Formats = []string{"text", "markdown", "html", "json", "sarif", "junit", "github", "gitlab", "tap", "table"}

// AuditFormats are those that Write knows for audits as well.
var AuditFormats = append(slices.Clone(Formats), "resources", "script")

// Write writes a report in one of AuditFormats. It fails on an unknown format, on a
// finding without a valid severity, and when w does.
func Write(w io.Writer, format string, r Report, o Options) error {
	for _, f := range r.Findings {
		if f.Severity < policy.Info || f.Severity > policy.Error {
			return fmt.Errorf("write report: finding of %s in %s has %s", f.Rule, f.Path, f.Severity)
		}
	}
	if o.Width <= 0 {
		o.Width = 100
	}
	if o.All == "" {
		o.All = "--format table or json lists them all"
	}
	out := bufio.NewWriter(w)
	var err error
	switch format {
	case "text":
		writeText(out, newView(r, Visible), o)
	case "markdown":
		writeMarkdown(out, newView(r, Visible))
	case "html":
		err = writeHTML(out, newView(r, Visible))
	case "table":
		writeTable(out, newView(r, Visible), o)
	case "github":
		writeGitHub(out, newView(r, Visible))
	case "tap":
		writeTAP(out, newView(r, Visible))
	case "resources":
		writeResources(out, newView(r, Visible), o)
	case "script":
		writeScript(out, newView(r, Visible))
	case "junit":
		err = writeJUnit(out, newView(r, Visible))
	case "json":
		err = writeJSON(out, newView(r, valid))
	case "sarif":
		err = writeSARIF(out, newView(r, valid))
	case "gitlab":
		err = writeGitLab(out, newView(r, valid))
	default:
		return fmt.Errorf("unknown format %q: want one of %s", format, strings.Join(AuditFormats, ", "))
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write report as %s: %w", format, err)
	}
	return nil
}
