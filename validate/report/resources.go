package report

import (
	"bufio"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// writeResources writes the three columns of an audit side by side, a line for each
// resource, and the rules that have something to say of it.
func writeResources(w *bufio.Writer, v view, o Options) {
	type place struct {
		path string
		line int
	}
	said := map[place]map[string]bool{}
	for _, f := range v.findings {
		if o.Quiet && !f.fails {
			continue
		}
		at := place{f.raw.Path, f.raw.Line}
		if said[at] == nil {
			said[at] = map[string]bool{}
		}
		said[at][f.Rule] = true
	}
	rows := [][]string{{"RESOURCE", "GIT", "STATE", "AIRBYTE", "FINDINGS"}}
	shown := map[place]bool{}
	for _, r := range v.raw.Resources {
		at := place{r.Place, r.Line}
		shown[at] = true
		if o.Quiet && len(said[at]) == 0 {
			continue
		}
		rows = append(rows, []string{v.clean(r.Name), orDash(v.clean(r.Git)), orDash(v.clean(r.State)), orDash(v.clean(r.Airbyte)), rulesOf(said[at], r.compared())})
	}
	for _, f := range v.findings { // what is about no resource
		at := place{f.raw.Path, f.raw.Line}
		if rules := said[at]; rules != nil && !shown[at] {
			shown[at] = true
			rows = append(rows, []string{f.Path, "-", "-", "-", rulesOf(rules, true)})
		}
	}
	if len(rows) > 1 {
		align(w, rows)
	}
	for _, u := range v.undecided {
		fmt.Fprintf(w, "could not decide: %s\n", Visible(u))
	}
	if !o.Quiet || v.code != ExitClean {
		fmt.Fprintln(w, v.summary())
	}
}

// rulesOf joins the ids of rules in order.
func rulesOf(rules map[string]bool, compared bool) string {
	switch {
	case len(rules) == 0 && compared:
		return "agree"
	case len(rules) == 0:
		return "not compared"
	}
	return strings.Join(slices.Sorted(maps.Keys(rules)), ", ")
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
