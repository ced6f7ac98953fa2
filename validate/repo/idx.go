package repo

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
)

// packIndex looks objects up in a pack's .idx file, version 2 (version 1 is not written since git 1.6), without loading
// it: the names are sorted and uniform, so one small read near the expected position nearly always finds one.
type packIndex struct {
	name   string
	r      io.ReaderAt
	count  int64
	fanout [256]uint32
	large  int64 // number of 64-bit offsets
}

const (
	idxNames   = 8 + 256*4 // where the names begin
	idxTrailer = 2 * 20    // checksums of pack and index
	probe      = 160       // names read at once
)

// openPackIndex checks the shape of an index of size bytes.
func openPackIndex(name string, r io.ReaderAt, size int64) (*packIndex, error) {
	var head [idxNames]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, corrupt(name, "read pack index: %w", noEOF(err))
	}
	if !bytes.Equal(head[:8], []byte("\xfftOc\x00\x00\x00\x02")) {
		return nil, &UnsupportedError{
			What: "pack index " + name + " of another version than 2", Remedy: "run `git repack -ad` in the repository",
		}
	}
	x := &packIndex{name: name, r: r}
	var last uint32
	for i := range x.fanout {
		x.fanout[i] = binary.BigEndian.Uint32(head[8+4*i:])
		if x.fanout[i] < last {
			return nil, corrupt(name, "pack index: fan-out table is not ascending")
		}
		last = x.fanout[i]
	}
	x.count = int64(last)
	rest := size - idxNames - idxTrailer - x.count*(20+4+4)
	if rest < 0 || rest%8 != 0 {
		return nil, corrupt(name, "pack index: %d bytes do not fit %d objects", size, x.count)
	}
	x.large = rest / 8
	return x, nil
}

// find returns the offset of an object in the pack.
func (x *packIndex) find(h Hash) (offset int64, ok bool, err error) {
	pos, ok, err := x.position(h)
	if err != nil || !ok {
		return 0, false, err
	}
	offset, err = x.offset(pos)
	return offset, err == nil, err
}

// bounds gives the half-open range of positions of names that begin with a byte.
func (x *packIndex) bounds(first byte) (lo, hi int64) {
	if first > 0 {
		lo = int64(x.fanout[first-1])
	}
	return lo, int64(x.fanout[first])
}

func (x *packIndex) position(h Hash) (int64, bool, error) {
	var buf [probe * hashSize]byte
	lo, hi := x.bounds(h[0])
	guess := true
	for lo < hi {
		from, to := lo, hi
		if hi-lo > probe {
			// The first read is where h lies if names are uniform, the others halve, whatever a hostile index holds.
			middle := lo + (hi-lo)/2
			if guess {
				middle = lo + int64(float64(hi-lo)*float64(binary.BigEndian.Uint32(h[1:]))/math.MaxUint32)
			}
			guess = false
			from = min(max(lo, middle-probe/2), hi-probe)
			to = from + probe
		}
		names := buf[:(to-from)*int64(hashSize)]
		if err := x.read(names, idxNames+from*int64(hashSize)); err != nil {
			return 0, false, err
		}
		i, found := searchNames(names, h[:])
		switch {
		case found:
			return from + int64(i), true, nil
		case i == 0:
			hi = from
		case from+int64(i) == to:
			lo = to
		default:
			return 0, false, nil
		}
	}
	return 0, false, nil
}

// searchNames finds the position of the first name that is not less than prefix, and whether it is equal.
func searchNames(names, h []byte) (int, bool) {
	lo, hi := 0, len(names)/hashSize
	for lo < hi {
		mid := (lo + hi) / 2
		switch c := bytes.Compare(names[mid*hashSize:(mid+1)*hashSize], h); {
		case c == 0:
			return mid, true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return lo, false
}

func (x *packIndex) offset(pos int64) (int64, error) {
	var b [8]byte
	table := idxNames + x.count*(20+4)
	if err := x.read(b[:4], table+4*pos); err != nil {
		return 0, err
	}
	short := binary.BigEndian.Uint32(b[:4])
	if short>>31 == 0 {
		return int64(short), nil
	}
	slot := int64(short & 0x7fffffff)
	if slot >= x.large {
		return 0, corrupt(x.name, "pack index: no such 64-bit offset")
	}
	if err := x.read(b[:], table+4*x.count+8*slot); err != nil {
		return 0, err
	}
	long := binary.BigEndian.Uint64(b[:])
	if long > math.MaxInt64 {
		return 0, corrupt(x.name, "pack index: offset out of range")
	}
	return int64(long), nil
}

// withPrefix returns the names that begin with the first digits hexadecimal digits of prefix.
func (x *packIndex) withPrefix(prefix Hash, digits int) ([]Hash, error) {
	lo, hi := x.bounds(prefix[0])
	names := make([]byte, (hi-lo)*int64(hashSize))
	if err := x.read(names, idxNames+lo*int64(hashSize)); err != nil {
		return nil, err
	}
	var found []Hash
	for ; len(names) > 0; names = names[hashSize:] {
		if h := Hash(names[:hashSize]); hasPrefix(h, prefix, digits) {
			found = append(found, h)
		}
	}
	return found, nil
}

func (x *packIndex) read(b []byte, off int64) error {
	if n, err := x.r.ReadAt(b, off); n < len(b) {
		return corrupt(x.name, "read pack index: %w", noEOF(err))
	}
	return nil
}

// hasPrefix tells whether the first digits hexadecimal digits of two names are the same.
func hasPrefix(h, prefix Hash, digits int) bool {
	whole := digits / 2
	if !bytes.Equal(h[:whole], prefix[:whole]) {
		return false
	}
	return digits%2 == 0 || h[whole]>>4 == prefix[whole]>>4
}
