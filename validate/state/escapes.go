package state

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// unescape is the text without one level of JSON string escapes, wherever they stand, and whether there were any that
// could hide an object. Escaped line breaks become spaces: the lines of the result are the lines of the text.
func unescape(data []byte) (out []byte, ok bool) {
	if !bytes.Contains(data, []byte(`\"`)) && !bytes.Contains(data, []byte(`\u00`)) {
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
	return out, true
}
