package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lotus-lake/lotus-gate/policy"
)

// unbroken lines are as long as what is in them, which is to be clicked, pasted or
// searched for: places, addresses, commands, headings, lists and the last line.
var unbroken = regexp.MustCompile(`^(  \S+:\d+(:\d+)?|  docs    \S+| {14}\S.*|(error|warning|info)  .*|  (waived|existing|error|warning|info) .*|refused: .*)$`)

// Text stays within the width of the screen.
func TestTextKeepsToItsWidth(t *testing.T) {
	for _, width := range []int{60, 72, 80, 100, 200} {
		for line := range strings.Lines(write(t, "text", crowded(), Options{Width: width, All: "x"})) {
			line = strings.TrimSuffix(line, "\n")
			if utf8.RuneCountInString(line) > width && !unbroken.MatchString(line) {
				t.Errorf("%d columns: %s", width, line)
			}
		}
	}
}

// What is not shown is counted: each finding is on the screen, or in a number.
func TestTextCountsWhatItLeavesOut(t *testing.T) {
	for _, many := range []int{1, 2, 3, 50} {
		for _, o := range []Options{{}, {Limit: 2}, {Rules: 1}, {Limit: 2, Rules: 2}, {Limit: 100, Rules: 100}} {
			var r Report
			for i := range many {
				for rule := range 3 {
					r.Findings = append(r.Findings, policy.Finding{Rule: fmt.Sprintf("a/rule%d", rule), Severity: policy.Error, Message: "is wrong", Path: "file", Line: i + 1})
				}
			}
			got := write(t, "text", r, o)
			counted := strings.Count(got, ": is wrong\n")
			for _, m := range regexp.MustCompile(`and (\d+) more;|  (\d+) findings?, first`).FindAllStringSubmatch(got, -1) {
				var n int
				if _, err := fmt.Sscan(m[1]+m[2], &n); err != nil {
					t.Fatal(err)
				}
				counted += n
			}
			if counted != 3*many {
				t.Errorf("%d findings a rule, %+v: %d are shown or counted\n%s", many, o, counted, got)
			}
		}
	}
}

// Where the commit says nothing that the reader does not know, it is left out.
func TestCommitsOfResults(t *testing.T) {
	finding := func(rule, commit string) policy.Finding {
		return policy.Finding{Rule: rule, Severity: policy.Error, Message: "is wrong", Path: "f", Line: 1, Commit: commit}
	}
	whens := map[string]policy.When{"a/tip": policy.Tip, "a/history": policy.History}
	rules := func(id string) (policy.Rule, bool) { return policy.Rule{ID: id, When: whens[id]}, true }
	for _, c := range []struct {
		name     string
		findings []policy.Finding
		want     int // commits shown
	}{
		{"a result", []policy.Finding{finding("a/tip", commitA), finding("a/tip", commitA)}, 0},
		{"history", []policy.Finding{finding("a/history", commitA)}, 1},
		{"both", []policy.Finding{finding("a/tip", commitA), finding("a/history", commitB)}, 1},
		{"two results", []policy.Finding{finding("a/tip", commitA), finding("a/tip", commitB)}, 2},
	} {
		r := Report{Findings: c.findings, Rules: rules}
		for format, mark := range map[string]string{"text": "(commit ", "markdown": " in `", "html": " in commit "} {
			if got := strings.Count(write(t, format, r, Options{}), mark); got != c.want {
				t.Errorf("%s as %s: %d commits, want %d", c.name, format, got, c.want)
			}
		}
	}
}
