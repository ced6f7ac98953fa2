package report

import (
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// style paints text for a terminal, or leaves it alone.
type style bool

func (s style) sgr(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.sgr("1", text) }
func (s style) dim(text string) string  { return s.sgr("2", text) }
func (s style) red(text string) string  { return s.sgr("31", text) }

// command is what is to be pasted.
func (s style) command(text string) string { return s.sgr("1;36", text) }

func (s style) severity(severity policy.Severity) string {
	return s.sgr(map[policy.Severity]string{policy.Error: "1;31", policy.Warning: "1;33", policy.Info: "1;36"}[severity], severity.String())
}

// wrap breaks prose into lines of at most width characters, where it can.
func wrap(prose string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range words(prose) {
		length := len([]rune(word))
		switch {
		case column == 0:
		case column+1+length > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += length
	}
	return b.String()
}

// words splits prose at white space, but keeps `what is to be pasted` whole.
func words(prose string) []string {
	var list []string
	open := false
	for _, field := range strings.Fields(prose) {
		if open {
			list[len(list)-1] += " " + field
		} else {
			list = append(list, field)
		}
		open = open != (strings.Count(field, "`")%2 == 1)
	}
	return list
}
