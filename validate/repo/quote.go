package repo

import (
	"fmt"
	"strings"
)

// QuotePath writes a path as git prints it in a line of its own (core.quotePath at its default): as it is, or, where it
// holds a control character, a quote, a backslash or a byte above ASCII, in double quotes with the escapes of C.
func QuotePath(path string) string {
	if !strings.ContainsFunc(path, func(c rune) bool { return c < ' ' || c == '"' || c == '\\' || c > '~' }) {
		return path
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(path) {
		letter := strings.IndexByte("\a\b\t\n\v\f\r\"\\", c)
		switch {
		case letter >= 0:
			b.WriteByte('\\')
			b.WriteByte(`abtnvfr"\`[letter])
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
