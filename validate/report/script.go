package report

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Script is what a script of mending steps must know to reach what was audited.
type Script struct {
	AirbyteURL          string
	Kubeconfig, Context string
}

// A phase is one kind of step. They run in this order: connections go before the
// sources and destinations that they use, files change before they are pushed, what
// git says is there before Terraform runs, and Terraform has run before what uses
// its results starts anew.
type phase struct {
	title string
	do    string
	first string // its steps have this first argument, "" for any
	write func(args []string) (string, bool)
	after string
}

// phases of a script. docs/audit.md lists the words.
func phases() []phase {
	return []phase{
		{"connections that nobody manages", "delete", "connection", deletion, ""},
		{"sources that nobody manages", "delete", "source", deletion, ""},
		{"destinations that nobody manages", "delete", "destination", deletion, ""},
		{"state files that do not count", "remove_file", "", removal, ""},
		{"import blocks for what is in Airbyte already", "import", "", importBlock, "git commit --quiet --message 'Import what Airbyte has already'\ngit push"},
		{"backfills that are over", "backfill_off", "", backfillOff, "git commit --quiet --message 'Backfills are over'\ngit push"},
		{"Terraform objects that gave up", "retry", "", retry, ""},
		{"sources to fetch", "reconcile", "GitRepository", reconciliation, ""},
		{"sources to fetch", "reconcile", "Bucket", reconciliation, ""},
		{"sources to fetch", "reconcile", "OCIRepository", reconciliation, ""},
		{"Terraform objects to run", "reconcile", "Terraform", reconciliation, ""},
		{"workloads to start anew", "restart", "", restart, ""},
	}
}

// writeScript writes the commands that would mend the findings, each under what it
// mends. The gate runs none of them. What a name could turn into another command is
// not written but named in a comment.
func writeScript(w *bufio.Writer, v view) {
	script := v.raw.Script
	_, _ = w.WriteString(scriptHead)
	if script.AirbyteURL != "" && legible(script.AirbyteURL) {
		fmt.Fprintf(w, "[ -n \"${AIRBYTE_URL:-}\" ] || AIRBYTE_URL=%s\n", shellQuote(script.AirbyteURL))
	}
	_, _ = w.WriteString(scriptFunctions)
	if flags := kubectlFlags(script); flags != "" {
		fmt.Fprintf(w, "kubectl() { command kubectl%s \"$@\"; }\n", flags)
	}
	for _, u := range v.undecided {
		fmt.Fprintf(w, "# could not decide: %s\n", Visible(u))
	}
	var left []comment
	done := map[int]bool{}
	commands := collectSteps(v.findings)
	for _, s := range phases() {
		begun := false
		for i, c := range commands {
			if done[i] || c.Do != s.do || s.first != "" && (len(c.Args) == 0 || c.Args[0] != s.first) {
				continue
			}
			text, ok := s.write(c.Args)
			if !ok {
				continue
			}
			done[i] = true
			if !begun {
				fmt.Fprintf(w, "\n## %s\n", s.title)
				begun = true
			}
			for _, why := range c.why {
				fmt.Fprintf(w, "# %s\n", why)
			}
			fmt.Fprintln(w, text)
		}
		if begun && s.after != "" {
			fmt.Fprintln(w, s.after)
		}
	}
	for i, c := range commands {
		if !done[i] {
			left = append(left, comment{c.why, unwritten(c.Step)})
		}
	}
	for _, f := range v.findings {
		if f.Blocks() && f.raw.Steps == nil { // no steps at all; an empty list is mended by the steps of others
			left = append(left, comment{[]string{why(f)}, ""})
		}
	}
	writeLeft(w, left)
	fmt.Fprintf(w, "\n# %s\n", v.summary())
}

// command is a step and the findings that ask for it.
type command struct {
	policy.Step
	why []string
}

// collectSteps takes each step once, in the order of the findings.
func collectSteps(findings []finding) []command {
	var all []command
	at := map[string]int{}
	for _, f := range findings {
		if !f.Blocks() {
			continue
		}
		for _, step := range f.raw.Steps {
			key := step.Do + "\x00" + strings.Join(step.Args, "\x00")
			i, seen := at[key]
			if !seen || step.Do == "note" {
				i = len(all)
				at[key] = i
				all = append(all, command{Step: step})
			}
			if reason := why(f); !slices.Contains(all[i].why, reason) {
				all[i].why = append(all[i].why, reason)
			}
		}
	}
	return all
}

func why(f finding) string { return f.Rule + ": " + f.Message }

// comment is what a script cannot do.
type comment struct {
	why  []string
	note string
}

func writeLeft(w *bufio.Writer, left []comment) {
	if len(left) == 0 {
		return
	}
	fmt.Fprint(w, "\n## for you to decide or to do\n")
	for _, c := range left {
		for _, reason := range c.why {
			fmt.Fprintf(w, "# %s\n", reason)
		}
		if c.note != "" {
			fmt.Fprintf(w, "#   -> %s\n", c.note)
		}
	}
}

// unwritten says of a step why it is no command.
func unwritten(s policy.Step) string {
	if s.Do == "note" && len(s.Args) == 1 {
		return Visible(s.Args[0])
	}
	return Visible(fmt.Sprintf("%s %s: not written as a command, because of what its names hold", s.Do, strings.Join(s.Args, " ")))
}

func kubectlFlags(s Script) string {
	var b strings.Builder
	for _, flag := range []struct{ name, value string }{{"--kubeconfig", s.Kubeconfig}, {"--context", s.Context}} {
		if flag.value != "" && legible(flag.value) {
			fmt.Fprintf(&b, " %s %s", flag.name, shellQuote(flag.value))
		}
	}
	return b.String()
}

const scriptHead = `#!/bin/sh
# Written by gate audit --format script, which has run none of it. Read it, take out what you do not want, and run it
# with sh from the root of a checkout. Airbyte's credentials are taken from AIRBYTE_TOKEN, from AIRBYTE_USERNAME and
# AIRBYTE_PASSWORD, or from AIRBYTE_CLIENT_ID and AIRBYTE_CLIENT_SECRET; its address from AIRBYTE_URL.
set -eu
`

const scriptFunctions = `
# post ENDPOINT BODY; curl reads the credentials from its standard input, so that no list of processes shows them
post() {
  {
    if [ -n "${AIRBYTE_TOKEN:-}" ]; then
      printf 'header = "Authorization: Bearer %s"\n' "$AIRBYTE_TOKEN"
    elif [ -n "${AIRBYTE_USERNAME:-}" ]; then
      printf 'user = "%s"\n' "$(printf '%s:%s' "$AIRBYTE_USERNAME" "$AIRBYTE_PASSWORD" | sed 's/[\\"]/\\&/g')"
    fi
  } | curl --fail --silent --show-error --config - --header 'Content-Type: application/json' --data "$2" "${AIRBYTE_URL%/}/api/v1/$1"
}
if [ -z "${AIRBYTE_TOKEN:-}" ] && [ -n "${AIRBYTE_CLIENT_ID:-}" ]; then
  AIRBYTE_TOKEN=$(printf '{"client_id":"%s","client_secret":"%s","grant-type":"client_credentials"}' "$AIRBYTE_CLIENT_ID" "$AIRBYTE_CLIENT_SECRET" |
    curl --fail --silent --show-error --header 'Content-Type: application/json' --data @- "${AIRBYTE_URL%/}/api/v1/applications/token" |
    sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')
fi
requested() { date +%s%N; } # a new value at every call
`
