package repo

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// IndexEntry is a file of the index: what is staged at a path.
type IndexEntry struct {
	Entry
	// Stage is 0 for what would be committed. While a merge is in conflict a path has up to three entries instead:
	// 1 the common ancestor, 2 ours, 3 theirs. git does not commit an index that has such entries.
	Stage int
	// IntentToAdd marks a path that `git add -N` announced: no content is staged, and a commit leaves it out.
	IntentToAdd bool
}

// Index reads the staged entries, in git's order: by path, then by stage. A repository without an index has none.
func (r *Repo) Index() ([]IndexEntry, error) {
	data, err := os.ReadFile(r.indexPath)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	entries, err := parseIndex(data)
	var unsupported *UnsupportedError
	if err != nil && !errors.As(err, &unsupported) {
		err = corrupt(r.indexPath, "index: %w", err)
	}
	return entries, err
}

const (
	indexHeader   = 12
	indexFixed    = 40 // stat data before the object name
	indexExtended = 0x4000
	intentToAdd   = 0x2000
)

var errIndex = errors.New("malformed")

// parseIndex reads an index file of version 2 to 4, as `git help format-index` describes it.
func parseIndex(data []byte) ([]IndexEntry, error) {
	if len(data) < indexHeader+hashSize || string(data[:4]) != "DIRC" {
		return nil, errIndex
	}
	body, sum := data[:len(data)-hashSize], data[len(data)-hashSize:]
	// With index.skipHash git writes zeros instead of the checksum.
	if want := sha1.Sum(body); !bytes.Equal(sum, want[:]) && Hash(sum) != (Hash{}) {
		return nil, errors.New("checksum does not match")
	}
	version := binary.BigEndian.Uint32(data[4:])
	if version < 2 || version > 4 {
		return nil, &UnsupportedError{fmt.Sprintf("index version %d", version), "run `git update-index --index-version 4`"}
	}
	count := int64(binary.BigEndian.Uint32(data[8:]))
	x := indexReader{data: body[indexHeader:], version: version}
	if count > int64(len(x.data))/(indexFixed+int64(hashSize)+2) {
		return nil, errIndex
	}
	entries := make([]IndexEntry, 0, count)
	unnamed := false // in a split index some entries are, which its extension tells
	for range count {
		e, ok := x.entry()
		if !ok {
			return nil, errIndex
		}
		unnamed = unnamed || e.Path == ""
		entries = append(entries, e)
	}
	if err := checkExtensions(x.data); err != nil {
		return nil, err
	}
	if unnamed {
		return nil, errIndex
	}
	return entries, nil
}

// checkExtensions refuses extensions without which the entries do not mean what they say.
func checkExtensions(data []byte) error {
	for len(data) > 0 {
		if len(data) < 8 {
			return errIndex
		}
		name, size := string(data[:4]), int64(binary.BigEndian.Uint32(data[4:]))
		if size > int64(len(data)-8) {
			return errIndex
		}
		data = data[8+size:]
		switch {
		case name == "link":
			return &UnsupportedError{"a split index", "run `git update-index --no-split-index`"}
		case name == "sdir":
			return &UnsupportedError{"a sparse index", "run `git sparse-checkout reapply --no-sparse-index`"}
		case name[0] < 'A' || name[0] > 'Z':
			return &UnsupportedError{fmt.Sprintf("index extension %q", name), "write the index with git's default settings"}
		}
	}
	return nil
}

type indexReader struct {
	data    []byte
	version uint32
	last    string // path of the entry before, which version 4 builds on
}

func (x *indexReader) entry() (e IndexEntry, ok bool) {
	start := x.data
	const fixed = indexFixed + 20 + 2
	if len(start) < fixed {
		return e, false
	}
	e.Mode = canonicalMode(binary.BigEndian.Uint32(start[24:]))
	e.Hash = Hash(start[indexFixed:])
	flags := binary.BigEndian.Uint16(start[fixed-2:])
	e.Stage = int(flags >> 12 & 3)
	used := fixed
	if flags&indexExtended != 0 {
		if len(start) < fixed+2 || x.version < 3 {
			return e, false
		}
		e.IntentToAdd = binary.BigEndian.Uint16(start[fixed:])&intentToAdd != 0
		used += 2
	}
	x.data = start[used:]
	if x.version == 4 {
		ok = x.prefixed(&e)
	} else {
		ok = x.padded(&e, used)
	}
	x.last = e.Path
	return e, ok
}

// padded reads a path that is filled up with one to eight NULs so that the entry's length is a multiple of eight.
func (x *indexReader) padded(e *IndexEntry, used int) bool {
	name, _, ok := bytes.Cut(x.data, []byte{0})
	length := (used+len(name))/8*8 + 8 - used
	if !ok || length > len(x.data) {
		return false
	}
	e.Path, x.data = string(name), x.data[length:]
	return true
}

// prefixed reads a path that says how many bytes of the path before to drop, and what to add.
func (x *indexReader) prefixed(e *IndexEntry) bool {
	drop, rest, err := offsetVarint(x.data)
	if err != nil || drop > int64(len(x.last)) {
		return false
	}
	name, rest, ok := bytes.Cut(rest, []byte{0})
	if !ok {
		return false
	}
	e.Path, x.data = x.last[:int64(len(x.last))-drop]+string(name), rest
	return true
}
