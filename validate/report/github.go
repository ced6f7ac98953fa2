package report

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// writeGitHub writes workflow commands, which GitHub, Gitea and Forgejo Actions
// turn into annotations (GitHub docs, "Workflow commands for GitHub Actions").
// GitHub keeps the first ten of each kind in a step, so what refuses comes first.
func writeGitHub(w *bufio.Writer, v view) {
	for _, u := range v.undecided {
		fmt.Fprintf(w, "::error title=could not decide::%s\n", githubData(u))
	}
	sorted := slices.Clone(v.findings)
	slices.SortStableFunc(sorted, func(a, b finding) int { return cmp.Compare(githubRank(b), githubRank(a)) })
	for _, f := range sorted {
		command, title := "notice", f.Rule
		switch {
		case !f.Blocks():
			title += " (" + status(f.Finding) + ")"
		case f.Severity == policy.Error:
			command = "error"
		case f.Severity == policy.Warning:
			command = "warning"
		}
		message := f.noted() + inCommit(f.Commit)
		if f.Remedy != "" {
			message += "\nfix: " + f.Remedy
		}
		if f.Docs != "" {
			message += "\n" + f.Docs
		}
		fmt.Fprintf(w, "::%s %stitle=%s::%s\n", command, githubPlace(f.Finding), githubProperty(title), githubData(message))
	}
	for _, n := range v.notInspected {
		place := githubPlace(policy.Finding{Path: n.Path})
		fmt.Fprintf(w, "::warning %stitle=not inspected::%s\n", place, githubData(n.Reason+inCommit(n.Commit)))
	}
	fmt.Fprintf(w, "lotus-gate: %s\n", v.summary())
}

// githubRank is highest for what refuses, and lowest for what does not count.
func githubRank(f finding) int {
	switch {
	case f.fails:
		return int(policy.Error) + int(f.Severity)
	case f.Blocks():
		return int(f.Severity)
	}
	return 0
}

func githubPlace(f policy.Finding) string {
	var b strings.Builder
	if f.Path != "" {
		fmt.Fprintf(&b, "file=%s,", githubProperty(f.Path))
		if f.Line > 0 {
			fmt.Fprintf(&b, "line=%d,", f.Line)
			if f.Column > 0 {
				fmt.Fprintf(&b, "col=%d,", f.Column)
			}
		}
	}
	return b.String()
}

func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
