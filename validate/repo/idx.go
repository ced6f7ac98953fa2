package repo

import (
	"bytes"
	"encoding/binary"
	"math"
)

// packIndex looks objects up in a pack's .idx file, version 2 (version 1 is not written since git 1.6). The file is mapped,
// not loaded: what a look-up costs does not grow with the repository.
type packIndex struct {
	name    string
	fanout  []byte // 256 numbers: of names whose first byte is at most the position
	names   []byte // sorted
	offsets []byte // 32 bits each; with the highest bit set, a position in large
	large   []byte // 64 bits each
}

const (
	idxNames   = 8 + 256*4 // where the names begin
	idxTrailer = 2 * 20    // checksums of pack and index
)

// openPackIndex checks the shape of an index.
func openPackIndex(name string, data []byte) (*packIndex, error) {
	if len(data) < idxNames+idxTrailer {
		return nil, corrupt(name, "pack index: truncated")
	}
	if !bytes.Equal(data[:8], []byte("\xfftOc\x00\x00\x00\x02")) {
		return nil, &UnsupportedError{
			What: "pack index " + name + " of another version than 2", Remedy: "run `git repack -ad` in the repository",
		}
	}
	x := &packIndex{name: name, fanout: data[8:idxNames]}
	var last int64
	for first := range 256 {
		_, next := x.bounds(byte(first))
		if next < last {
			return nil, corrupt(name, "pack index: fan-out table is not ascending")
		}
		last = next
	}
	rest := int64(len(data)) - idxNames - idxTrailer - last*(20+4+4)
	if rest < 0 || rest%8 != 0 {
		return nil, corrupt(name, "pack index: %d bytes do not fit %d objects", len(data), last)
	}
	tables := data[idxNames : len(data)-idxTrailer]
	x.names = tables[:last*20]
	x.offsets = tables[last*(20+4):][:last*4]
	x.large = tables[last*(20+4+4):]
	return x, nil
}

// find returns the offset of an object in the pack.
func (x *packIndex) find(h Hash) (offset int64, ok bool, err error) {
	lo, hi := x.bounds(h[0])
	for lo < hi {
		mid := (lo + hi) / 2
		switch c := bytes.Compare(x.names[mid*20:][:20], h[:]); {
		case c == 0:
			offset, err = x.offset(mid)
			return offset, err == nil, err
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0, false, nil
}

// bounds gives the half-open range of positions of names that begin with a byte.
func (x *packIndex) bounds(first byte) (lo, hi int64) {
	if first > 0 {
		lo = int64(binary.BigEndian.Uint32(x.fanout[4*int(first)-4:]))
	}
	return lo, int64(binary.BigEndian.Uint32(x.fanout[4*int(first):]))
}

func (x *packIndex) offset(pos int64) (int64, error) {
	short := binary.BigEndian.Uint32(x.offsets[4*pos:])
	if short>>31 == 0 {
		return int64(short), nil
	}
	slot := int64(short & math.MaxInt32)
	if slot >= int64(len(x.large)/8) {
		return 0, corrupt(x.name, "pack index: no such 64-bit offset")
	}
	long := binary.BigEndian.Uint64(x.large[8*slot:])
	if long > math.MaxInt64 {
		return 0, corrupt(x.name, "pack index: offset out of range")
	}
	return int64(long), nil
}

// withPrefix returns the names that begin with the first digits hexadecimal digits of prefix.
func (x *packIndex) withPrefix(prefix Hash, digits int) []Hash {
	var found []Hash
	lo, hi := x.bounds(prefix[0])
	for names := x.names[lo*20 : hi*20]; len(names) > 0; names = names[20:] {
		if h := Hash(names[:20]); hasPrefix(h, prefix, digits) {
			found = append(found, h)
		}
	}
	return found
}

// hasPrefix tells whether the first digits hexadecimal digits of two names are the same.
func hasPrefix(h, prefix Hash, digits int) bool {
	whole := digits / 2
	if !bytes.Equal(h[:whole], prefix[:whole]) {
		return false
	}
	return digits%2 == 0 || h[whole]>>4 == prefix[whole]>>4
}
