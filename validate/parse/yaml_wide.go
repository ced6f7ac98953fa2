package parse

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// narrow turns UTF-16 behind a byte-order mark, as PowerShell writes what is
// redirected to a file, into UTF-8; other text is returned as it is. A half unit
// at the end is left out, half a surrogate pair becomes U+FFFD.
func narrow(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}
