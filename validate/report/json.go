package report

import (
	"bufio"
	"bytes"
	"encoding/json"

	"github.com/lotus-lake/lotus-gate/policy"
)

// document is the JSON output: docs/schemas/report.schema.json.
type document struct {
	SchemaVersion int              `json:"schema_version"`
	Findings      []policy.Finding `json:"findings"`
	NotInspected  []NotInspected   `json:"not_inspected"`
	Undecided     []string         `json:"undecided,omitempty"` // so that exit 3 never reads as clean
	Summary       jsonSummary      `json:"summary"`
}

type jsonSummary struct {
	Counts
	Commits    int   `json:"commits"`
	Documents  int   `json:"documents"`
	DurationMS int64 `json:"duration_ms"`
}

func writeJSON(w *bufio.Writer, v view) error {
	s := v.raw.Summary
	doc := document{
		SchemaVersion: 1, Findings: make([]policy.Finding, len(v.findings)), NotInspected: v.notInspected, Undecided: v.undecided,
		Summary: jsonSummary{Counts: v.counts, Commits: s.Commits, Documents: s.Documents, DurationMS: s.Duration.Milliseconds()},
	}
	for i, f := range v.findings {
		doc.Findings[i] = f.Finding
	}
	return encodeJSON(w, doc)
}

// encodeJSON writes indented JSON that may be shown on a terminal.
func encodeJSON(w *bufio.Writer, value any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(printable(b.Bytes()))
	return err
}
