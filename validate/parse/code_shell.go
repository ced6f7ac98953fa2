package parse

import (
	"bytes"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

var heredoc = lazy.Regexp(`^<<-?[ \t]*(['"\\]?)([A-Za-z_][A-Za-z0-9_]*)['"]?`)

// shell reads comments, quotes and heredocs. What begins with `$` in double quotes and heredocs is a hole.
func (l *lexer) shell() {
	var before byte = '\n'
	var pending [][]byte // end words of heredocs that begin on the next line
	for l.at < len(l.src) {
		c := l.src[l.at]
		switch {
		case c == '#' && bytes.IndexByte([]byte("\n \t;|&("), before) >= 0:
			l.blank(l.lineEnd())
		case c == '\\':
			l.at = min(l.at+2, len(l.src))
		case c == '\'':
			end := l.after(l.at+1, "'")
			l.literal(l.at+1, max(end-1, l.at+1), nil)
			l.at = end
		case c == '"':
			end := l.quoted(l.at+1, `"`, false)
			l.literal(l.at+1, end, shellHoles(l.src, l.at+1, end))
			l.at = min(end+1, len(l.src))
		case c == '<' && before != '<' && !l.looking("<<<"):
			if found := heredoc().FindSubmatch(l.src[l.at:]); found != nil {
				pending = append(pending, found[2])
				l.at += len(found[0])
			} else {
				l.at++
			}
		case c == '\n' && len(pending) > 0:
			l.at++
			for _, word := range pending {
				l.heredoc(word)
			}
			pending = nil
		default:
			l.at++
		}
		before = l.src[l.at-1]
	}
}

// heredoc reads lines to the one that is the end word.
func (l *lexer) heredoc(word []byte) {
	start := l.at
	for l.at < len(l.src) {
		end := l.lineEnd()
		line := bytes.TrimSpace(l.src[l.at:end])
		if bytes.Equal(line, word) {
			break
		}
		l.at = min(end+1, len(l.src))
	}
	l.literal(start, l.at, shellHoles(l.src, start, l.at))
}

var shellHole = lazy.Regexp(`\$(\{[^{}]*\}|\([^()]*\)|[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?])`)

func shellHoles(src []byte, start, end int) [][2]int {
	var holes [][2]int
	for _, found := range shellHole().FindAllIndex(src[start:end], -1) {
		holes = append(holes, [2]int{start + found[0], start + found[1]})
	}
	return holes
}
