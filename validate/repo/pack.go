package repo

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
)

const (
	// maxDeltaDepth is more than git itself ever writes (4095).
	maxDeltaDepth = 4096
	// maxBase bounds each object that is inflated only because another is a delta of it, in bytes.
	maxBase = 128 << 20
	// maxChain bounds the sum of the objects that are made to read one object, in bytes; each replaces the one before.
	maxChain = 4 << 30
	// maxDeltas bounds the sum of the instructions that are inflated to read one object, in bytes.
	maxDeltas = 64 << 20
	// allocated is how many bytes are set aside because a header announces them, before any is seen.
	allocated = 1 << 20
	// smallIndex is up to what size, in bytes, a pack index is kept in memory rather than its file open.
	smallIndex = 1 << 20

	packOfsDelta = 6
	packRefDelta = 7
)

// pack reads objects of one pack. Its files are opened when first needed.
type pack struct {
	path  string // without extension
	cache *lru[packPos]

	openIndex func() (*packIndex, error)
	openData  func() (io.ReaderAt, error)

	mu     sync.Mutex
	closed bool
	files  []*os.File
}

// packPos is where an object begins.
type packPos struct {
	pack   *pack
	offset int64
}

func newPack(path string, cache *lru[packPos]) *pack {
	p := &pack{path: path, cache: cache}
	p.openIndex = sync.OnceValues(p.readIndex)
	p.openData = sync.OnceValues(p.readData)
	return p
}

func (p *pack) readIndex() (*packIndex, error) {
	name := p.path + ".idx"
	f, size, err := p.open(name)
	if err != nil {
		return nil, err
	}
	if size > smallIndex {
		p.keep(f)
		return openPackIndex(name, f, size)
	}
	defer f.Close()
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, corrupt(name, "read pack index: %w", noEOF(err))
	}
	return openPackIndex(name, strings.NewReader(string(data)), size)
}

func (p *pack) readData() (io.ReaderAt, error) {
	name := p.path + ".pack"
	f, _, err := p.open(name)
	if err != nil {
		return nil, err
	}
	p.keep(f)
	var head [12]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return nil, corrupt(name, "read pack: %w", noEOF(err))
	}
	if v := binary.BigEndian.Uint32(head[4:]); string(head[:4]) != "PACK" || v != 2 && v != 3 {
		return nil, corrupt(name, "not a pack of version 2 or 3")
	}
	return f, nil
}

func (p *pack) open(name string) (*os.File, int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func (p *pack) keep(f *os.File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		f.Close()
		return
	}
	p.files = append(p.files, f)
}

func (p *pack) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, f := range p.files {
		f.Close()
	}
	p.files = nil
}

// find tells whether the pack holds an object, and where. A pack that a concurrent repack removed holds nothing.
func (p *pack) find(h Hash) (int64, bool, error) {
	x, err := p.openIndex()
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return x.find(h)
}

// packEntry is the header of an object in a pack.
type packEntry struct {
	kind Kind  // of a delta: packOfsDelta or packRefDelta
	size int64 // inflated; of a delta: of its instructions
	base int64 // of a delta: the offset of its base
}

func (e packEntry) isDelta() bool { return e.kind == packOfsDelta || e.kind == packRefDelta }

// entry reads the header at offset and leaves in's source at the compressed data.
func (p *pack) entry(in *inflater, data io.ReaderAt, offset int64) (packEntry, error) {
	in.seek(data, offset)
	b, err := in.src.ReadByte()
	if err != nil {
		return packEntry{}, noEOF(err)
	}
	e := packEntry{kind: Kind(b >> 4 & 7), size: int64(b & 15)}
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = in.src.ReadByte(); err != nil {
			return packEntry{}, noEOF(err)
		}
		if shift > 53 {
			return packEntry{}, errors.New("size out of range")
		}
		e.size |= int64(b&0x7f) << shift
	}
	switch e.kind {
	case KindCommit, KindTree, KindBlob, KindTag:
		return e, nil
	case packOfsDelta:
		back, err := offsetVarint(in.src)
		if err != nil {
			return packEntry{}, err
		}
		if e.base = offset - back; back <= 0 || e.base < 12 {
			return packEntry{}, errors.New("delta base lies outside of the pack")
		}
		return e, nil
	case packRefDelta:
		var h Hash
		if _, err := io.ReadFull(in.src, h[:]); err != nil {
			return packEntry{}, noEOF(err)
		}
		base, ok, err := p.find(h)
		if err != nil {
			return packEntry{}, err
		}
		if !ok {
			return packEntry{}, errors.New("delta base " + h.String() + " is not in the pack")
		}
		e.base = base
		return e, nil
	default:
		return packEntry{}, errors.New("unknown object type")
	}
}

// offsetVarint reads the distance of an offset delta to its base.
func offsetVarint(r io.ByteReader) (int64, error) {
	b, err := r.ReadByte()
	v := int64(b & 0x7f)
	for err == nil && b&0x80 != 0 {
		if v > 1<<47 {
			return 0, errors.New("delta offset out of range")
		}
		b, err = r.ReadByte()
		v = (v+1)<<7 | int64(b&0x7f)
	}
	return v, noEOF(err)
}
