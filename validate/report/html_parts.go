package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// htmlFiles gathers the findings that are shown by file, and suggests what to
// filter by: the rules and the files.
func htmlFiles(groups []htmlGroup) (files []htmlFile, suggestions []string) {
	var all []htmlFinding
	for _, g := range groups {
		suggestions = append(suggestions, g.Rule)
		all = slices.Concat(all, g.Open, g.Folded)
	}
	slices.SortStableFunc(all, func(a, b htmlFinding) int { return cmp.Compare(a.Path, b.Path) })
	for i, f := range all {
		if i == 0 || f.Path != all[i-1].Path {
			files = append(files, htmlFile{Path: place(f.Path, 0, 0)})
		}
		last := &files[len(files)-1]
		last.Findings = append(last.Findings, f)
	}
	for i, file := range files {
		files[i].Count = count(len(file.Findings), "finding", "findings")
		if i < htmlList {
			suggestions = append(suggestions, file.Path)
		}
	}
	return files, suggestions
}

// htmlSteps shows a remedy: paragraphs, and commands with a button to copy them.
func htmlSteps(remedy string, of ...finding) []htmlStep {
	var list []htmlStep
	for _, step := range remedySteps(remedy, of...) {
		list = append(list, htmlStep{Spans: htmlSpans(step.prose), Paste: strings.Join(step.paste, "\n")})
	}
	return list
}

func htmlSpans(prose string) []htmlSpan {
	var list []htmlSpan
	for _, s := range spans(prose) {
		list = append(list, htmlSpan{s.text, s.code})
	}
	return list
}

// token is what a finding is likely to point at: a word or a string.
var token = lazy.Regexp(`^(‹hidden›|"[^"]*"|'[^']*'|[\pL\pN_./-]+|.)`)

func htmlRowOf(row frameRow) htmlRow {
	r := htmlRow{Number: row.Number, Found: row.Found, Before: row.Text}
	if runes := []rune(row.Text); row.Mark >= 0 && row.Mark < len(runes) {
		rest := string(runes[row.Mark:])
		marked := token().FindString(rest)
		r.Before, r.Marked, r.After = string(runes[:row.Mark]), marked, rest[len(marked):]
	}
	return r
}

func first[T any](list []T, n int) (kept []T, left int) {
	n = min(len(list), max(n, 0))
	return list[:n], len(list) - n
}
