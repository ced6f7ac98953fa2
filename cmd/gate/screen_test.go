package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/report"
)

// TestOptions fits reports to logs and to hooks, neither of which is a terminal.
func TestOptions(t *testing.T) {
	log := report.Options{Width: 100, Limit: 5, Rules: 8, All: "`--format table` lists them all"}
	hook := report.Options{Width: 72, Limit: 5, Rules: 8, All: "`gate check --format table` in your clone lists them all"}
	quiet := log
	quiet.Quiet = true
	for _, c := range []struct {
		name  string
		flags judgeFlags
		want  report.Options
	}{
		{"a log", judgeFlags{}, log},
		{"a hook", judgeFlags{hook: true}, hook},
		{"quiet", judgeFlags{quiet: true}, quiet},
	} {
		if diff := cmp.Diff(c.want, c.flags.options(&bytes.Buffer{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
