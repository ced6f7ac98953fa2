package parse

import "bytes"

// python reads comments and strings; a string that is a statement by itself is documentation and masked.
func (l *lexer) python() {
	depth := 0
	for l.at < len(l.src) {
		switch c := l.src[l.at]; {
		case c == '#':
			l.blank(l.lineEnd())
		case c == '"' || c == '\'':
			l.pythonString(depth)
		default:
			switch c {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				depth = max(depth-1, 0)
			}
			l.at++
		}
	}
}

func (l *lexer) pythonString(depth int) {
	open := l.at
	quote := string(l.src[open])
	prefix := pythonPrefix(l.src[:open])
	if triple := quote + quote + quote; l.looking(triple) {
		quote = triple
	}
	start := open + len(quote)
	end := l.quoted(start, quote, len(quote) == 1)
	after := min(end+len(quote), len(l.src))
	lineStart := bytes.LastIndexByte(l.src[:open], '\n') + 1
	alone := len(bytes.TrimSpace(l.src[lineStart:open-len(prefix)])) == 0
	if alone && depth == 0 && !continued(l.src[:lineStart]) {
		l.blank(after)
		return
	}
	var holes [][2]int
	if bytes.ContainsAny(prefix, "fF") {
		holes = formatHoles(l.src, start, min(end, len(l.src)))
	}
	l.literal(start, min(end, len(l.src)), holes)
	l.at = after
}

// pythonPrefix is the r, b, u or f before a quote.
func pythonPrefix(before []byte) []byte {
	n := 0
	for n < 2 && n < len(before) && bytes.IndexByte([]byte("rRbBuUfF"), before[len(before)-1-n]) >= 0 {
		n++
	}
	if n < len(before) && isWord(before[len(before)-1-n]) {
		return nil
	}
	return before[len(before)-n:]
}

// continued tells whether a line ends with a backslash.
func continued(before []byte) bool {
	return bytes.HasSuffix(bytes.TrimRight(before, "\r\n"), []byte(`\`))
}

// formatHoles finds the replacement fields of an f-string; `{{` is a brace.
func formatHoles(src []byte, start, end int) [][2]int {
	var holes [][2]int
	depth, from := 0, 0
	for i := start; i < end; i++ {
		switch c := src[i]; {
		case c == '{' && depth == 0 && i+1 < end && src[i+1] == '{':
			i++
		case c == '{':
			if depth == 0 {
				from = i
			}
			depth++
		case c == '}' && depth > 0:
			if depth--; depth == 0 {
				holes = append(holes, [2]int{from, i + 1})
			}
		}
	}
	return holes
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// pythonScopes gives the function that each line is in: names of nested functions joined by dots. It goes by
// indentation, as Python does; lines inside strings and brackets keep the function that they began in.
func pythonScopes(text codeText) []string {
	type function struct {
		indent int
		name   string
	}
	var scopes []string
	var open []function
	inside := literalLines(text)
	name := func() string {
		if len(open) == 0 {
			return ""
		}
		return open[len(open)-1].name
	}
	for i, line := range bytes.Split(text.masked, []byte("\n")) {
		code := bytes.TrimLeft(line, " \t")
		if len(bytes.TrimSpace(code)) == 0 || inside[i] || code[0] == ')' || code[0] == ']' || code[0] == '}' {
			scopes = append(scopes, name())
			continue
		}
		indent := len(line) - len(code)
		for len(open) > 0 && indent <= open[len(open)-1].indent {
			open = open[:len(open)-1]
		}
		header := bytes.TrimPrefix(code, []byte("async "))
		if rest, ok := bytes.CutPrefix(header, []byte("def ")); ok {
			n := 0
			for n < len(rest) && isWord(rest[n]) {
				n++
			}
			open = append(open, function{indent: indent, name: dotted(name(), string(rest[:n]))})
		}
		scopes = append(scopes, name())
	}
	return scopes
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// literalLines are the lines (from 0) that begin inside a literal.
func literalLines(text codeText) map[int]bool {
	inside := map[int]bool{}
	line, at := 0, 0
	for _, l := range text.literals {
		line += bytes.Count(text.masked[at:l.start], []byte("\n"))
		for n := bytes.Count(l.text, []byte("\n")); n > 0; n-- {
			line++
			inside[line] = true
		}
		at = l.start + len(l.text)
	}
	return inside
}
