package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes text from a repository harmless on a terminal: control
// characters, line ends, bidirectional overrides, invisible and unassigned
// characters and bytes that are not UTF-8 become \x1b, \u202e or \U000e0001.
// The result is one line.
func Visible(s string) string { return escape(s, unicode.IsPrint) }

// VisibleLines is Visible for text that may have several lines, such as a
// remedy or a compiler's errors. Line ends at the end are dropped.
func VisibleLines(s string) string {
	return escape(strings.TrimRight(s, "\n"), func(r rune) bool { return r == '\n' || unicode.IsPrint(r) })
}

// valid makes text encodable in JSON: only bytes that are not UTF-8 change.
// An encoder would turn them all into one replacement character, and two file
// names into one.
func valid(s string) string { return escape(s, func(rune) bool { return true }) }

func escape(s string, keep func(rune) bool) string {
	clean := true
	for i, r := range s {
		if bad := r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"); bad || !keep(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case keep(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

// printable rewrites encoded JSON so that it can be shown on a terminal: what
// Visible would escape, JSON's own escapes stand for. Outside of strings JSON
// has no such character, so no parsing is needed.
func printable(encoded []byte) []byte {
	out := make([]byte, 0, len(encoded))
	for i := 0; i < len(encoded); {
		r, size := utf8.DecodeRune(encoded[i:])
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out = append(out, encoded[i:i+size]...)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
		i += size
	}
	return out
}
