package state

import (
	"bytes"
	"strconv"
	"strings"
)

// maxPointer is the size in bytes below which git-lfs takes a blob for a pointer.
const maxPointer = 1024

// LFSPointer reads a git-lfs pointer file (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md): the content's
// SHA-256 in lower-case hexadecimal and its size in bytes. The content itself is not in git, so a pointer
// under a telling name is all there is to see.
func LFSPointer(data []byte) (oid string, size int64, ok bool) {
	if len(data) >= maxPointer || !bytes.HasPrefix(data, []byte("version ")) {
		return "", 0, false
	}
	size = -1
	for i, line := range strings.Split(strings.TrimRight(string(data), "\r\n"), "\n") {
		key, value, cut := strings.Cut(strings.TrimSuffix(line, "\r"), " ")
		if !cut {
			return "", 0, false
		}
		switch {
		case i == 0:
			if !pointerVersion(value) {
				return "", 0, false
			}
		case key == "oid":
			hash, known := strings.CutPrefix(value, "sha256:")
			if !known || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
				return "", 0, false
			}
			oid = hash
		case key == "size":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 0 {
				return "", 0, false
			}
			size = n
		}
	}
	if oid == "" || size < 0 {
		return "", 0, false
	}
	return oid, size, true
}

// pointerVersion knows the current specification and the pre-release one, which git-lfs still reads.
func pointerVersion(url string) bool {
	return url == "https://git-lfs.github.com/spec/v1" || url == "https://hawser.github.com/spec/v1"
}
