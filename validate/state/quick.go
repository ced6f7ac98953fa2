package state

import "bytes"

const (
	// smallest is below the size in bytes of any material: the shortest is a gzip stream, which has an 18-byte frame.
	smallest = 18
	// quickDepth bounds base64 inside base64 and the like; what is deeper is left to Content and its limits.
	quickDepth = 3
)

// Quick is the prefilter of Content: false means that Content would find nothing and have nothing to report. It makes
// a handful of passes over the bytes and allocates only when it meets base64 or UTF-16.
func Quick(data []byte) bool { return quick(data, quickDepth) }

func quick(data []byte, depth int) bool {
	if len(data) < smallest {
		return false
	}
	if depth == 0 || sniff(data) != plain || bytes.Contains(data, zipLocal) || bytes.Contains(data, gzipMagic) {
		return true
	}
	if enc, ok := sniffWide(data); ok {
		return quick(decodeWide(data, enc), depth-1)
	}
	if hasWords(data) || hasOddEscapes(data) {
		return true
	}
	return eachBase64(data, func(_ int, decoded []byte) bool { return quick(decoded, depth-1) })
}
