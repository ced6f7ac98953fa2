package state

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// Encodings as they stand in Material.Via. PowerShell's ">" writes UTF-16 with a byte-order mark.
const (
	utf8BOM = "bom"
	utf16LE = "utf-16le"
	utf16BE = "utf-16be"
	utf32LE = "utf-32le"
	utf32BE = "utf-32be"
)

// sniffWide names the encoding of text that is not plain UTF-8: by its byte-order mark or, without one, by where the zero
// bytes of ASCII characters fall in the first 64 bytes.
func sniffWide(data []byte) (encoding string, ok bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return utf8BOM, true
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")):
		return utf32LE, true
	case bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return utf32BE, true
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return utf16LE, true
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return utf16BE, true
	}
	const sample = 64
	if len(data) < sample || bytes.IndexByte(data[:sample], 0) < 0 {
		return "", false
	}
	var zeros [4]int
	for i, c := range data[:sample] {
		if c == 0 {
			zeros[i%4]++
		}
	}
	const each = sample / 4
	most := func(i int) bool { return zeros[i] > each*3/4 }
	few := func(i int) bool { return zeros[i] < each/4 }
	switch {
	case few(0) && most(1) && most(2) && most(3):
		return utf32LE, true
	case most(0) && most(1) && most(2) && few(3):
		return utf32BE, true
	case few(0) && most(1) && few(2) && most(3):
		return utf16LE, true
	case most(0) && few(1) && most(2) && few(3):
		return utf16BE, true
	}
	return "", false
}

// decodeWide makes UTF-8 of it, without the mark. Line breaks are kept, so lines count alike.
func decodeWide(data []byte, encoding string) []byte {
	switch encoding {
	case utf8BOM:
		return data[3:]
	case utf16LE:
		return decode16(data, binary.LittleEndian)
	case utf16BE:
		return decode16(data, binary.BigEndian)
	case utf32LE:
		return decode32(data, binary.LittleEndian)
	default:
		return decode32(data, binary.BigEndian)
	}
}

func decode16(data []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(data)/2+len(data)/16)
	for ; len(data) >= 2; data = data[2:] {
		r := rune(order.Uint16(data))
		if utf16.IsSurrogate(r) && len(data) >= 4 {
			if pair := utf16.DecodeRune(r, rune(order.Uint16(data[2:]))); pair != utf8.RuneError {
				r, data = pair, data[2:]
			}
		}
		out = appendText(out, r)
	}
	return out
}

func decode32(data []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(data)/4+len(data)/16)
	for ; len(data) >= 4; data = data[4:] {
		out = appendText(out, rune(order.Uint32(data)))
	}
	return out
}

// appendText leaves out byte-order marks.
func appendText(out []byte, r rune) []byte {
	if r == '\ufeff' {
		return out
	}
	return utf8.AppendRune(out, r)
}
