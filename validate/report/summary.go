package report

import (
	"fmt"
	"strings"
	"time"
)

// summary is the one line that every run for people ends with.
func (v view) summary() string {
	word := map[int]string{ExitClean: "passed", ExitFindings: "refused", ExitUndecided: "could not decide"}[v.code]
	return fmt.Sprintf("%s: %s, %s", word, v.tally(), elapsed(v.raw.Summary.Duration))
}

// tally is what was found in what was judged, in one line.
func (v view) tally() string {
	c := v.counts
	var parts []string
	for _, p := range []struct {
		n          int
		one, other string
	}{
		{len(v.undecided), "problem", "problems"},
		{c.Errors, "error", "errors"},
		{c.Warnings, "warning", "warnings"},
		{c.Infos, "info", "infos"},
		{c.Existing, "existing", "existing"},
		{c.Waived, "waived", "waived"},
		{c.DryRun, "dry-run", "dry-run"},
		{len(v.notInspected), "not inspected", "not inspected"},
	} {
		if p.n > 0 {
			parts = append(parts, count(p.n, p.one, p.other))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing found"}
	}
	s := v.raw.Summary
	judged := count(s.Documents, "document", "documents")
	if s.Commits > 0 {
		judged += " of " + count(s.Commits, "commit", "commits")
	}
	return strings.Join(parts, ", ") + " in " + judged
}

func count(n int, one, other string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, other)
}

func elapsed(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
