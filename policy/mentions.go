package policy

import (
	"bytes"
	"slices"
)

// Concerns reports whether any enabled rule for a kind and time may have
// something to say of a file with these bytes: documents of other files need not
// be built. A backslash or UTF-16 may hide any word: such files always concern.
func (e *Engine) Concerns(kind string, when When, file []byte) bool {
	rules := e.rules(kind, when)
	return len(rules) > 0 && (hidesWords(file) || slices.ContainsFunc(rules, func(r Rule) bool {
		return len(r.Mentions) == 0 || slices.ContainsFunc(r.Mentions, func(word string) bool { return mentions(file, word) })
	}))
}

func hidesWords(file []byte) bool {
	return bytes.IndexByte(file, '\\') >= 0 || bytes.HasPrefix(file, []byte("\xff\xfe")) || bytes.HasPrefix(file, []byte("\xfe\xff"))
}

// mentions finds a word that is not part of a longer one.
func mentions(file []byte, word string) bool {
	for rest := file; ; {
		i := bytes.Index(rest, []byte(word))
		if i < 0 {
			return false
		}
		end := i + len(word)
		if (i == 0 || !alphanumeric(rest[i-1])) && (end == len(rest) || !alphanumeric(rest[end])) {
			return true
		}
		rest = rest[end:]
	}
}

func alphanumeric(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
