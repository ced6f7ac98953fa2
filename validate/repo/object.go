package repo

import (
	"encoding/hex"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Hash is a SHA-1 object name, 20 bytes. The zero Hash names no object: the old side of an addition, the new side of a
// deletion, the parent of a root commit.
type Hash = plumbing.Hash

// Mode is a git file mode, canonical as git prints it in raw diffs (100644, 100755, 120000, 040000, 160000), or 0 for
// the absent side of an addition or deletion.
type Mode = filemode.FileMode

// The modes git knows.
const (
	ModeNone       = filemode.Empty
	ModeDir        = filemode.Dir
	ModeRegular    = filemode.Regular
	ModeExecutable = filemode.Executable
	ModeSymlink    = filemode.Symlink
	ModeSubmodule  = filemode.Submodule
)

// Kind is the type of an object.
type Kind = plumbing.ObjectType

// The kinds of object git stores.
const (
	KindCommit = plumbing.CommitObject
	KindTree   = plumbing.TreeObject
	KindBlob   = plumbing.BlobObject
	KindTag    = plumbing.TagObject
)

const hashSize = len(Hash{})

// ParseHash reads the 40 hexadecimal digits of an object name.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if len(s) != 2*hashSize {
		return Hash{}, fmt.Errorf("object name %q: want %d hexadecimal digits", s, 2*hashSize)
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return Hash{}, fmt.Errorf("object name %q: %w", s, err)
	}
	return h, nil
}

// parseHashBytes is ParseHash for hexadecimal bytes inside an object; ok is false if they are not 40 digits.
func parseHashBytes(b []byte) (h Hash, ok bool) {
	if len(b) != 2*hashSize {
		return Hash{}, false
	}
	_, err := hex.Decode(h[:], b)
	return h, err == nil
}

// canonicalMode reduces a stored mode to the few that git acts on, as git's canon_mode does.
func canonicalMode(mode uint32) Mode {
	switch mode & 0o170000 {
	case 0o100000:
		if mode&0o100 != 0 {
			return ModeExecutable
		}
		return ModeRegular
	case 0o120000:
		return ModeSymlink
	case 0o040000:
		return ModeDir
	default:
		return ModeSubmodule
	}
}

// sameType tells whether two modes are of one file type, so that a difference is a modification and not a type change.
func sameType(a, b Mode) bool { return a&0o170000 == b&0o170000 }
