package state

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// unescape is the text without one level of JSON string escapes, wherever they stand, and whether there were any and
// they could hide something. Escaped line breaks become spaces: the lines of the result are the lines of the text.
func unescape(data []byte) (out []byte, ok bool) {
	quotes := bytes.Contains(data, []byte(`\"`)) || bytes.Contains(data, []byte(`\u00`))
	if !(quotes && hasWords(data)) && !hasOddEscapes(data) {
		return nil, false
	}
	out = make([]byte, 0, len(data))
	for i := 0; i < len(data); {
		next := bytes.IndexByte(data[i:], '\\')
		if next < 0 || i+next+1 >= len(data) {
			out = append(out, data[i:]...)
			break
		}
		out = append(out, data[i:i+next]...)
		i += next
		switch c := data[i+1]; c {
		case '"', '\\', '/':
			out = append(out, c)
			i += 2
		case 'n', 'r', 't', 'b', 'f':
			out = append(out, ' ')
			i += 2
		case 'u':
			r, err := strconv.ParseUint(string(data[min(i+2, len(data)):min(i+6, len(data))]), 16, 16)
			if err != nil || i+6 > len(data) {
				out = append(out, '\\')
				i++
				continue
			}
			if r < ' ' {
				r = ' '
			}
			out = utf8.AppendRune(out, rune(r))
			i += 6
		default:
			out = append(out, '\\')
			i++
		}
	}
	return out, len(out) < len(data)
}

// hasOddEscapes finds escapes that hide what Quick looks for: JSON's \u0061 to \u007a, since a reader takes them for
// lower-case letters though no encoder writes them, and "\/" in a text that holds base64, as PHP writes it.
func hasOddEscapes(data []byte) bool {
	for rest := data; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 || i+1 >= len(rest) {
			return false
		}
		rest = rest[i+1:]
		switch {
		case len(rest) > 4 && string(rest[:3]) == "u00" && (rest[3] == '6' || rest[3] == '7'):
			return true
		case rest[0] == '/':
			for _, marker := range base64Markers {
				if bytes.Contains(data, marker) {
					return true
				}
			}
			return bytes.Contains(rest, []byte(`\u006`)) || bytes.Contains(rest, []byte(`\u007`))
		}
	}
}
