package parse

import "bytes"

// template is an open template literal of JavaScript.
type template struct {
	start int
	holes [][2]int
	depth int // braces open in the current hole; 0 while in the text
}

// script reads JavaScript and TypeScript: comments, strings, template literals with nested code, regular expressions.
func (l *lexer) script() {
	var open []template
	for l.at < len(l.src) {
		c := l.src[l.at]
		if n := len(open); n > 0 && open[n-1].depth == 0 {
			open = l.templateText(open)
			continue
		}
		switch {
		case l.looking("//"):
			l.blank(l.lineEnd())
		case l.looking("/*"):
			l.blank(l.after(l.at+2, "*/"))
		case c == '/' && l.beginsRegexp():
			l.skipRegexp()
		case c == '\'' || c == '"':
			end := l.quoted(l.at+1, string(c), true)
			l.literal(l.at+1, end, nil)
			l.at = min(end+1, len(l.src))
		case c == '`':
			l.at++
			open = append(open, template{start: l.at})
		default:
			if n := len(open); n > 0 {
				switch c {
				case '{':
					open[n-1].depth++
				case '}':
					if open[n-1].depth--; open[n-1].depth == 0 {
						open[n-1].holes[len(open[n-1].holes)-1][1] = l.at + 1
					}
				}
			}
			l.at++
		}
	}
}

// templateText goes on in the text of the innermost template, to its next hole or its end.
func (l *lexer) templateText(open []template) []template {
	top := &open[len(open)-1]
	switch c := l.src[l.at]; {
	case c == '\\':
		l.at = min(l.at+2, len(l.src))
	case c == '`':
		l.literal(top.start, l.at, top.holes)
		l.at++
		return open[:len(open)-1]
	case l.looking("${"):
		top.holes = append(top.holes, [2]int{l.at, len(l.src)})
		top.depth = 1
		l.at += 2
	default:
		l.at++
	}
	return open
}

// beginsRegexp tells a regular expression from a division by what stands before it.
func (l *lexer) beginsRegexp() bool {
	before := bytes.TrimRight(l.src[max(0, l.at-64):l.at], " \t")
	if len(before) == 0 {
		return true
	}
	if bytes.IndexByte([]byte("(,=:[!&|?{};+-*%<>~^\n"), before[len(before)-1]) >= 0 {
		return true
	}
	return bytes.HasSuffix(before, []byte("return")) || bytes.HasSuffix(before, []byte("typeof"))
}

func (l *lexer) skipRegexp() {
	class := false
	for l.at++; l.at < len(l.src); l.at++ {
		switch c := l.src[l.at]; {
		case c == '\\':
			l.at++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '\n' || c == '/' && !class:
			l.at = min(l.at+1, len(l.src))
			return
		}
	}
	l.at = min(l.at, len(l.src))
}
