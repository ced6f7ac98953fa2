package parse

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// number reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?` and keeps it as written.
func (p *jsonParser) number(node *Node) error {
	start := p.at
	p.skip('-')
	if p.nonFinite && p.at > start && strings.HasPrefix(p.source[p.at:], "Infinity") {
		p.at += len("Infinity")
		node.Kind, node.Text = NonFinite, "-Infinity"
		return nil
	}
	node.Kind = Number
	leadingZero := p.at < len(p.source) && p.source[p.at] == '0'
	switch digits := p.digits(); {
	case digits == 0:
		return p.fail("unexpected " + p.here() + ": a digit must follow the minus sign")
	case leadingZero && digits > 1:
		p.at = start
		return p.fail("a number must not begin with a zero")
	}
	if p.skip('.') && p.digits() == 0 {
		return p.fail("unexpected " + p.here() + ": a digit must follow the decimal point")
	}
	if p.skip('e') || p.skip('E') {
		if !p.skip('+') {
			p.skip('-')
		}
		if p.digits() == 0 {
			return p.fail("unexpected " + p.here() + ": a digit must stand in the exponent")
		}
	}
	node.Text = p.source[start:p.at]
	return nil
}

func (p *jsonParser) digits() int {
	start := p.at
	for p.at < len(p.source) && p.source[p.at] >= '0' && p.source[p.at] <= '9' {
		p.at++
	}
	return p.at - start
}

// text reads a string from its opening quote. Without escapes it is a slice of the source.
func (p *jsonParser) text() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.source) {
		switch c := p.source[p.at]; {
		case c == '"':
			p.at++
			return p.source[start : p.at-1], nil
		case c == '\\':
			return p.escapedText(start)
		case c < ' ':
			return "", p.controlCharacter()
		}
		p.at++
	}
	return "", p.fail("unexpected end of file: the string is not closed")
}

func (p *jsonParser) controlCharacter() error {
	if p.source[p.at] == '\n' || p.source[p.at] == '\r' {
		return p.fail("the string is not closed on its line")
	}
	return p.fail("unexpected " + p.here() + ": a control character in a string must be escaped")
}

// escapedText goes on with a string whose first escape is at p.at.
func (p *jsonParser) escapedText(start int) (string, error) {
	decoded := append(make([]byte, 0, p.at-start+32), p.source[start:p.at]...)
	for p.at < len(p.source) {
		switch c := p.source[p.at]; {
		case c == '"':
			p.at++
			return string(decoded), nil
		case c == '\\':
			var err error
			if decoded, err = p.escape(decoded); err != nil {
				return "", err
			}
		case c < ' ':
			return "", p.controlCharacter()
		default:
			decoded = append(decoded, c)
			p.at++
		}
	}
	return "", p.fail("unexpected end of file: the string is not closed")
}

// escape decodes the escape at p.at.
func (p *jsonParser) escape(decoded []byte) ([]byte, error) {
	if p.at+1 < len(p.source) {
		if i := strings.IndexByte(`"\/bfnrt`, p.source[p.at+1]); i >= 0 {
			p.at += 2
			return append(decoded, "\"\\/\b\f\n\r\t"[i]), nil
		}
		if p.source[p.at+1] != 'u' {
			return nil, p.fail(`unknown escape: a backslash must be written \\`)
		}
	}
	r, ok := hexEscape(p.source[p.at:])
	if !ok {
		return nil, p.fail(`incomplete escape: \u must be followed by four hexadecimal digits`)
	}
	p.at += 6
	if low, ok := hexEscape(p.source[p.at:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			p.at += 6
			return utf8.AppendRune(decoded, pair), nil
		}
	}
	if utf16.IsSurrogate(r) {
		return append(decoded, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f), nil
	}
	return utf8.AppendRune(decoded, r), nil
}

// hexEscape reads the `\uXXXX` that s begins with.
func hexEscape(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[2:6]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// validText replaces each lone surrogate by U+FFFD.
func validText(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	valid := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			size = 3
		}
		valid = utf8.AppendRune(valid, r)
		i += size
	}
	return string(valid)
}
