package state

import (
	"bytes"
	"strconv"
)

// format is a container as its first bytes show it. Those that cannot be opened are named for a sentence.
type format string

const (
	plain       format = ""
	gzipStream  format = "gzip"
	bzip2Stream format = "bzip2"
	zipArchive  format = "zip"
	tarArchive  format = "tar"
)

var (
	gzipMagic = []byte{0x1f, 0x8b, 8} // RFC 1952, with the only compression method there is
	zipLocal  = []byte("PK\x03\x04")
	bzip2Body = []byte{0x31, 0x41, 0x59, 0x26, 0x53, 0x59} // after "BZh" and the level: the first block
)

// unopened are formats that the standard library cannot read, by their first bytes.
var unopened = []struct {
	magic  string
	format format
}{
	{"\xfd7zXZ\x00", "an xz stream"},
	{"\x28\xb5\x2f\xfd", "a zstd stream"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive"},
	{"Rar!\x1a\x07", "a rar archive"},
	{"\x04\x22\x4d\x18", "an lz4 stream"},
	{"LZIP\x01", "an lzip stream"},
	{"\x1f\x9d", "a compress (.Z) stream"},
}

// sniff names the container that begins with these bytes.
func sniff(data []byte) format {
	switch {
	case bytes.HasPrefix(data, gzipMagic):
		return gzipStream
	case bytes.HasPrefix(data, zipLocal):
		return zipArchive
	case len(data) > 10 && string(data[:3]) == "BZh" && bytes.HasPrefix(data[4:], bzip2Body):
		return bzip2Stream
	case isTar(data):
		return tarArchive
	}
	if len(data) > 0 {
		for _, u := range unopened {
			if data[0] == u.magic[0] && bytes.HasPrefix(data, []byte(u.magic)) {
				return u.format
			}
		}
	}
	return plain
}

const tarBlock = 512

// isTar checks the header of the first member by its checksum, since the oldest archives have no magic: the sum of
// all bytes of the block, in octal in the 8 bytes from 148, which count as spaces. Old writers took bytes as signed.
func isTar(data []byte) bool {
	if len(data) < tarBlock || data[0] == 0 {
		return false
	}
	field := bytes.Trim(data[148:156], " \x00")
	want, err := strconv.ParseInt(string(field), 8, 32)
	if err != nil {
		return false
	}
	unsigned, signed := int64(8*' '), int64(8*' ')
	for i, c := range data[:tarBlock] {
		if i < 148 || i >= 156 {
			unsigned += int64(c)
			signed += int64(int8(c))
		}
	}
	return want == unsigned || want == signed
}
