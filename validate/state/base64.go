package state

import (
	"bytes"
	"strings"
)

const (
	minLine  = 20  // characters of a line of base64, save the last; encoders wrap at 60 to 76
	minBlock = 48  // characters of all lines: less holds no material
	maxGlue  = 256 // bytes between two lines: line break, indentation, quotes
)

const (
	notBase64 = 0xff
	glue      = " \t\r\n\"'`\\#>|*" // and a sum of strings, and escaped line breaks
)

// sextet maps the standard and the URL alphabet; notBase64 for all other bytes.
var sextet = func() *[256]uint8 {
	var table [256]uint8
	for i := range table {
		table[i] = notBase64
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		table[c] = uint8(i)
	}
	table['-'], table['_'] = table['+'], table['/']
	return &table
}()

// base64Markers are how what we look for begins in base64: gzip, zip, bzip2, a JSON object, UTF-16, byte-order marks.
// They tell where base64 begins after other characters of its alphabet.
var base64Markers = [][]byte{
	[]byte("H4sI"), []byte("UEsD"), []byte("Qlpo"), []byte("eyJ"), []byte("ewo"), []byte("ew0K"), []byte("eyA"), []byte("ewk"),
	[]byte("//57"), []byte("/v8A"), []byte("77u/"),
}

// eachBase64 decodes each block of base64 and stops when visit returns true, which it then returns too. A
// block that seems to begin later than its first character is visited once for each way of reading it (at most
// four). The decoded bytes are valid during the visit only.
func eachBase64(data []byte, visit func(start int, decoded []byte) (stop bool)) (stopped bool) {
	var joined, decoded []byte
	for from := 0; ; {
		start, end := nextRun(data, from)
		if start == end {
			return false
		}
		block := data[start:end]
		if next, ok := nextLine(data, end); ok {
			joined = append(joined[:0], block...)
			for ok {
				line := data[next:runEnd(data, next)]
				joined = append(joined, line...)
				end = next + len(line)
				if next, ok = nextLine(data, end); len(line) < minLine {
					break
				}
			}
			block = joined
		}
		from = end
		if block = block[repeats(block)&^3:]; len(block) < minBlock {
			continue
		}
		for shift, wanted := range alignments(block) {
			if !wanted {
				continue
			}
			decoded = decodeBase64(decoded[:0], block[shift:])
			if visit(start, decoded) {
				return true
			}
		}
	}
}

// repeats is how often the first character is repeated, if often: a ruled line is no base64, nor the beginning of any.
func repeats(block []byte) int {
	const often = 8
	n := 1
	for n < len(block) && block[n] == block[0] {
		n++
	}
	if n < often {
		return 0
	}
	return n
}

// nextRun finds the next run of at least minLine characters. It looks at the end of each possible place first, so most
// bytes of ordinary text are never read.
func nextRun(data []byte, from int) (start, end int) {
	table := sextet
search:
	for from+minLine <= len(data) {
		window := data[from : from+minLine]
		for i := len(window) - 1; i >= 0; i-- {
			if table[window[i]] == notBase64 {
				from += i + 1
				continue search
			}
		}
		return from, runEnd(data, from+minLine)
	}
	return len(data), len(data)
}

func runEnd(data []byte, i int) int {
	for i < len(data) && sextet[data[i]] != notBase64 {
		i++
	}
	return i
}

// nextLine says where the next line of a block begins, if nothing but glue lies between.
func nextLine(data []byte, end int) (next int, ok bool) {
	i, last := end, min(len(data), end+maxGlue)
	for i < last {
		switch c := data[i]; {
		case c == '\\' && i+1 < last && (data[i+1] == 'n' || data[i+1] == 'r' || data[i+1] == 't'):
			i += 2
		case strings.IndexByte(glue, c) >= 0:
			i++
		case c == '+' && i > end && i+1 < last && sextet[data[i+1]] == notBase64:
			i++ // "…" + "…"
		default:
			return i, i > end && sextet[c] != notBase64
		}
	}
	return i, false
}

// alignments says at which of the first four characters decoding may begin: always at the first, and wherever puts a
// marker at the beginning of a group of four.
func alignments(block []byte) (wanted [4]bool) {
	wanted[0] = true
	for _, marker := range base64Markers {
		for from := 0; ; {
			i := bytes.Index(block[from:], marker)
			if i < 0 {
				break
			}
			wanted[(from+i)%4] = true
			from += i + 1
		}
	}
	return wanted
}

// decodeBase64 appends the bytes of text, which holds no other characters; a lone last character is left out.
func decodeBase64(out, text []byte) []byte {
	table := sextet
	for ; len(text) >= 4; text = text[4:] {
		v := uint32(table[text[0]])<<18 | uint32(table[text[1]])<<12 | uint32(table[text[2]])<<6 | uint32(table[text[3]])
		out = append(out, byte(v>>16), byte(v>>8), byte(v))
	}
	switch len(text) {
	case 2:
		out = append(out, table[text[0]]<<2|table[text[1]]>>4)
	case 3:
		out = append(out, table[text[0]]<<2|table[text[1]]>>4, table[text[1]]<<4|table[text[2]]>>2)
	}
	return out
}
