package state

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// place is where a layer of bytes came from. It is a value: going deeper makes a new one.
type place struct {
	path   string   // name of the file or archive member
	via    []string // layers, outermost first; never changed in place
	line   int      // line of the outermost file where this layer starts
	opaque bool     // the layer's own lines are not lines of the outermost file
	depth  int
}

// under is one layer further down, which begins at the given line of the outermost file.
func (p place) under(step string, line int) place {
	p.via = append(p.via[:len(p.via):len(p.via)], step)
	p.line = line
	p.depth++
	return p
}

// unpacked is under for a layer whose own line numbers mean nothing outside.
func (p place) unpacked(step string, line int) place {
	p = p.under(step, line)
	p.opaque = true
	return p
}

// labelledIf adds to via, under a condition, without going deeper.
func (p place) labelledIf(condition bool, step string) place {
	if condition {
		p.via = append(p.via[:len(p.via):len(p.via)], step)
	}
	return p
}

func (p place) describe() string {
	var b strings.Builder
	for _, step := range p.via {
		kind, name, member := strings.Cut(step, ":")
		if member {
			step = kind + " member " + name
		}
		b.WriteString(step)
		b.WriteString(": ")
	}
	return b.String()
}

// lines turns ascending byte offsets of a layer into lines of the outermost file in one pass over the layer.
type lines struct {
	data []byte
	at   place
	seen int // bytes counted
	line int
}

func newLines(data []byte, at place) *lines { return &lines{data: data, at: at, line: at.line} }

func (l *lines) of(offset int) int {
	if l.at.opaque {
		return l.at.line
	}
	if offset < l.seen {
		l.seen, l.line = 0, l.at.line
	}
	l.line += bytes.Count(l.data[l.seen:offset], newline)
	l.seen = offset
	return l.line
}

var newline = []byte{'\n'}

// printable is a name from hostile bytes that can stand in a sentence: quoted if it holds control or invalid
// characters, and cut at 200 bytes.
func printable(name string) string {
	const longest = 200
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "…"
	}
	odd := func(r rune) bool { return !unicode.IsPrint(r) }
	if !utf8.ValidString(name) || strings.IndexFunc(name, odd) >= 0 {
		return strconv.Quote(name)
	}
	return name
}
