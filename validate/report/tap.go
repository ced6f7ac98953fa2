package report

import (
	"bufio"
	"fmt"
	"strings"
)

// writeTAP writes the Test Anything Protocol, version 14: one test point a
// finding. What does not refuse is a "not ok" that the protocol calls TODO, and
// no harness counts as a failure.
func writeTAP(w *bufio.Writer, v view) {
	fmt.Fprintf(w, "TAP version 14\n1..%d\n", max(len(v.findings)+len(v.notInspected), 1))
	number := 0
	point := func(result, description, directive string) {
		number++
		if directive != "" {
			directive = " # " + directive
		}
		fmt.Fprintf(w, "%s %d - %s%s\n", result, number, tapText(description), directive)
	}
	for _, f := range v.findings {
		directive := ""
		switch {
		case !f.Blocks():
			directive = "TODO " + status(f.Finding)
		case !f.fails:
			directive = "TODO " + f.Severity.String()
		}
		point("not ok", f.Rule+" "+place(f.Path, f.Line, f.Column), directive)
		tapDiagnostic(w, [][2]string{
			{"message", f.Message},
			{"severity", f.Severity.String()},
			{"upcoming", upcoming(f.Finding)},
			{"commit", f.Commit},
			{"remedy", f.Remedy},
			{"ticket", f.Ticket},
			{"docs", f.Docs},
		})
	}
	for _, n := range v.notInspected {
		point("ok", place(n.Path, 0, 0)+inCommit(n.Commit), "SKIP not inspected: "+tapText(n.Reason))
	}
	if number == 0 && len(v.undecided) == 0 {
		point("ok", v.summary(), "")
	}
	if len(v.undecided) > 0 {
		fmt.Fprintf(w, "Bail out! could not decide: %s\n", Visible(strings.Join(v.undecided, "; ")))
	}
}

// tapText escapes the two characters that mean something in a test point.
func tapText(s string) string { return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(s) }

// yamlText fills a double-quoted YAML scalar, from text that has no control
// characters but line ends.
var yamlText = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// tapDiagnostic writes the YAML block of a test point.
func tapDiagnostic(w *bufio.Writer, pairs [][2]string) {
	fmt.Fprintln(w, "  ---")
	for _, pair := range pairs {
		if pair[1] != "" {
			fmt.Fprintf(w, "  %s: \"%s\"\n", pair[0], yamlText.Replace(pair[1]))
		}
	}
	fmt.Fprintln(w, "  ...")
}
