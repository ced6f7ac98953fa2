package stream

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// dump appends node as Python's json.dumps writes the value that json.load made of it:
// ensure_ascii, repeated keys merged, floats by their repr. With indent < 0 it is
// json.dumps(value), on one line with ", " and ": "; otherwise json.dumps(value, indent=2)
// whose closing bracket stands at indent.
func dump(out []byte, node *parse.Node, indent int) []byte {
	switch node.Kind {
	case parse.String:
		return appendString(out, node.Text)
	case parse.Number:
		return appendNumber(out, node.Text)
	case parse.Array:
		if len(node.Items) == 0 {
			return append(out, "[]"...)
		}
		out = append(out, '[')
		for i := range node.Items {
			out = dump(separate(out, i, indent), &node.Items[i], deeper(indent))
		}
		return append(newLine(out, indent), ']')
	case parse.Object:
		members := node.Dict()
		if len(members) == 0 {
			return append(out, "{}"...)
		}
		out = append(out, '{')
		for i := range members {
			out = appendString(separate(out, i, indent), members[i].Key)
			out = dump(append(out, ": "...), &members[i].Value, deeper(indent))
		}
		return append(newLine(out, indent), '}')
	}
	return append(out, node.Text...)
}

func deeper(indent int) int {
	if indent < 0 {
		return indent
	}
	return indent + 2
}

// separate writes what stands before element i of a container that closes at indent.
func separate(out []byte, i, indent int) []byte {
	if i > 0 {
		out = append(out, ',')
		if indent < 0 {
			return append(out, ' ')
		}
	}
	return newLine(out, deeper(indent))
}

func newLine(out []byte, indent int) []byte {
	if indent < 0 {
		return out
	}
	out = append(out, '\n')
	for range indent {
		out = append(out, ' ')
	}
	return out
}

// appendNumber writes an int without change (but -0 is 0) and a float as repr does: the
// shortest digits that read back as the same double, with an exponent from 1e16 up and
// below 1e-4, and always a point or an exponent. (CPython refuses to read an int of more
// than 4,300 digits; here it passes as written.)
func appendNumber(out []byte, text string) []byte {
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			text = "0"
		}
		return append(out, text...)
	}
	// The text is a number by JSON's grammar, so the only error is of range, which gives
	// the infinity that Python's float() gives too.
	value, _ := strconv.ParseFloat(text, 64)
	scientific := strconv.FormatFloat(value, 'e', -1, 64)
	mantissa, exponent, finite := strings.Cut(scientific, "e")
	if !finite {
		return append(out, strings.TrimPrefix(strings.Replace(mantissa, "Inf", "Infinity", 1), "+")...)
	}
	if power, _ := strconv.Atoi(exponent); power < -4 || power >= 16 {
		return append(out, scientific...)
	}
	start := len(out)
	out = strconv.AppendFloat(out, value, 'f', -1, 64)
	if !strings.Contains(string(out[start:]), ".") {
		out = append(out, ".0"...)
	}
	return out
}

const hexDigits = "0123456789abcdef"

// appendString writes text (WTF-8, see parse.Node) as json.dumps does with ensure_ascii.
func appendString(out []byte, text string) []byte {
	out = append(out, '"')
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 { // a lone surrogate
				r, size = rune(c&15)<<12|rune(text[i+1]&63)<<6|rune(text[i+2]&63), 3
			}
			if r > 0xffff {
				r -= 0x10000
				out = appendEscape(out, 0xd800+r>>10)
				r = 0xdc00 + r&0x3ff
			}
			out = appendEscape(out, r)
			i += size
			continue
		}
		if short := strings.IndexByte("\"\\\n\r\t\f\b", c); short >= 0 {
			out = append(out, '\\', `"\nrtfb`[short])
		} else if c >= ' ' && c <= '~' {
			out = append(out, c)
		} else {
			out = appendEscape(out, rune(c))
		}
		i++
	}
	return append(out, '"')
}

func appendEscape(out []byte, unit rune) []byte {
	return append(out, '\\', 'u', hexDigits[unit>>12&15], hexDigits[unit>>8&15], hexDigits[unit>>4&15], hexDigits[unit&15])
}

// truthy is Python's bool(value).
func truthy(node *parse.Node) bool {
	switch node.Kind {
	case parse.Null:
		return false
	case parse.Bool:
		return node.Text == "true"
	case parse.Number:
		value, err := strconv.ParseFloat(node.Text, 64)
		// An int that no double holds, or a float that is infinite, is not zero.
		return err != nil || value != 0
	case parse.String:
		return node.Text != ""
	case parse.Array:
		return len(node.Items) > 0
	case parse.Object:
		return len(node.Members) > 0
	}
	return true // NaN and the infinities
}
