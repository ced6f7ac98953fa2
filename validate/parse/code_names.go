package parse

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

var identifier = lazy.Regexp(`[A-Za-z_][A-Za-z0-9_]*`)

// namesOf finds the first use of each name that matches a glob, outside comments and prose.
func namesOf(language string, text codeText, globs []string, lines Lines) []CodeName {
	if !slices.ContainsFunc(globs, func(glob string) bool { return containsFold(text.masked, longestLiteral(glob)) }) {
		return nil
	}
	wanted := globExpression(globs)
	code := text.masked
	if language != "sql" && language != "yaml" {
		code = withoutProse(text)
	}
	var found []CodeName
	seen := map[string]bool{}
	for _, m := range identifier().FindAllIndex(code, -1) {
		if !wanted.Match(code[m[0]:m[1]]) {
			continue
		}
		name := string(code[m[0]:m[1]])
		if seen[name] || language == "yaml" && !yamlName(code, m[0], m[1]) {
			continue
		}
		seen[name] = true
		n := CodeName{Name: name}
		n.Line, n.Column = lines.place(m[0])
		found = append(found, n)
	}
	return found
}

// withoutProse masks literals with white space in them, but for what is interpolated and for assignments in shell.
func withoutProse(text codeText) []byte {
	code := bytes.Clone(text.masked)
	for _, l := range text.literals {
		if !bytes.ContainsAny(l.text, " \t\n") || len(sqlStatements(l.text)) > 0 {
			continue
		}
		for i, c := range l.text {
			if c != hole && c != '\n' {
				code[l.start+i] = ' '
			}
		}
	}
	return code
}

// yamlName tells a key, a value or an interpolated name from a word of a sentence by what stands around it.
func yamlName(code []byte, start, end int) bool {
	if end < len(code) && bytes.IndexByte([]byte(":'\"})=,]\r\n|"), code[end]) < 0 {
		return false
	}
	before := bytes.TrimRight(code[:start], " ")
	spaced := len(before) < start
	if len(before) == 0 || before[len(before)-1] == '\n' {
		return true
	}
	c := before[len(before)-1]
	if spaced {
		return bytes.IndexByte([]byte(":-=({[,|"), c) >= 0
	}
	return bytes.IndexByte([]byte("'\"${([.,=:"), c) >= 0
}

// globExpression matches any of the globs as a whole, whatever the case.
func globExpression(globs []string) *regexp.Regexp {
	parts := make([]string, 0, len(globs))
	for _, g := range globs {
		quoted := regexp.QuoteMeta(g)
		quoted = strings.ReplaceAll(strings.ReplaceAll(quoted, `\*`, `.*`), `\?`, `.`)
		parts = append(parts, quoted)
	}
	return regexp.MustCompile(`(?i)\A(?:` + strings.Join(parts, "|") + `)\z`)
}

// longestLiteral is the longest part of a glob that any match must hold, in lower case; "" when there is none.
func longestLiteral(glob string) string {
	longest := ""
	for _, part := range strings.FieldsFunc(strings.ToLower(glob), func(r rune) bool { return strings.ContainsRune("*?[]{}", r) }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}
