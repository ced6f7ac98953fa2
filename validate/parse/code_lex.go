package parse

import "bytes"

// codeText is a file of code without its comments.
type codeText struct {
	masked   []byte // as long as the file; comments and docstrings are blanks
	literals []codeLiteral
}

// codeLiteral is the inside of a string, heredoc or template, from offset start. Its text is as long as in the file;
// what is interpolated is hole bytes, so that quotes in it do not matter.
type codeLiteral struct {
	start  int
	text   []byte
	joined bool // only white space, `+` and line ends stand between this literal and the one before
}

const hole = 0x01

// lexer walks over one file.
type lexer struct {
	src []byte
	at  int
	out codeText
	end int // where the last literal ended
}

func lexCode(language string, src []byte) codeText {
	l := &lexer{src: src, out: codeText{masked: bytes.Clone(src)}, end: -1}
	switch language {
	case "javascript", "typescript":
		l.script()
	case "python":
		l.python()
	case "sql":
		l.sql()
	case "yaml":
		l.yaml()
	case "shell":
		l.shell()
	}
	return l.out
}

func (l *lexer) looking(text string) bool {
	return bytes.HasPrefix(l.src[l.at:], []byte(text))
}

// blank masks the source up to an offset and goes on there.
func (l *lexer) blank(to int) {
	for i := l.at; i < to; i++ {
		if l.out.masked[i] != '\n' {
			l.out.masked[i] = ' '
		}
	}
	l.at = to
}

// lineEnd is the offset of the end of the current line.
func (l *lexer) lineEnd() int {
	if i := bytes.IndexByte(l.src[l.at:], '\n'); i >= 0 {
		return l.at + i
	}
	return len(l.src)
}

// after is the offset behind the next occurrence of text from an offset, or the end of the file.
func (l *lexer) after(from int, text string) int {
	if from >= len(l.src) {
		return len(l.src)
	}
	if i := bytes.Index(l.src[from:], []byte(text)); i >= 0 {
		return from + i + len(text)
	}
	return len(l.src)
}

// literal records src[start:end] with its holes.
func (l *lexer) literal(start, end int, holes [][2]int) {
	text := bytes.Clone(l.src[start:end])
	for _, h := range holes {
		for i := max(h[0], start); i < min(h[1], end); i++ {
			text[i-start] = hole
		}
	}
	joined := l.end >= 0 && l.end <= start && len(bytes.Trim(l.src[l.end:start], " \t\r\n+\\\"'`fFrRbBuU")) == 0
	l.out.literals = append(l.out.literals, codeLiteral{start: start, text: text, joined: joined})
	l.end = end
}

// quoted is the end of a string that began before from and ends with quote, a backslash escaping the next byte.
// With oneLine it ends at the line's end at the latest.
func (l *lexer) quoted(from int, quote string, oneLine bool) (end int) {
	for i := from; i < len(l.src); i++ {
		switch {
		case l.src[i] == '\\':
			i++
		case bytes.HasPrefix(l.src[i:], []byte(quote)):
			return i
		case oneLine && l.src[i] == '\n':
			return i
		}
	}
	return len(l.src)
}

// sql masks the comments of an SQL file; the file as a whole is one literal.
func (l *lexer) sql() {
	for l.at < len(l.src) {
		switch {
		case l.looking("--"):
			l.blank(l.lineEnd())
		case l.looking("/*"):
			l.blank(l.after(l.at+2, "*/"))
		case l.looking("{#"):
			l.blank(l.after(l.at+2, "#}"))
		case l.src[l.at] == '\'' || l.src[l.at] == '"':
			l.at = l.after(l.at+1, string(l.src[l.at]))
		default:
			l.at++
		}
	}
	l.out.literals = []codeLiteral{{text: bytes.Clone(l.out.masked)}}
}

// yaml masks comments. A `#` begins one at a line's start or after white space, outside quotes; quotes count where a
// value may begin.
func (l *lexer) yaml() {
	var before byte = '\n'
	for l.at < len(l.src) {
		c := l.src[l.at]
		switch {
		case c == '#' && (before == '\n' || before == ' ' || before == '\t'):
			l.blank(l.lineEnd())
		case (c == '\'' || c == '"') && bytes.IndexByte([]byte("\n \t[{,:("), before) >= 0:
			l.at = min(l.quoted(l.at+1, string(c), true)+1, len(l.src))
		default:
			l.at++
		}
		before = l.src[max(l.at-1, 0)]
	}
}
