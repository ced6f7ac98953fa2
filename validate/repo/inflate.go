package repo

import (
	"bufio"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// inflater reads zlib streams out of files. It is pooled: its window and tables are what make small objects dear.
type inflater struct {
	at  position
	src *bufio.Reader // of at; the decompressor has a fast path for this type
	z   io.ReadCloser // of package zlib, which implements zlib.Resetter
}

var inflaters = sync.Pool{New: func() any {
	in := &inflater{}
	in.src = bufio.NewReaderSize(&in.at, 4096)
	return in
}}

// seek makes the source read from r at off.
func (in *inflater) seek(r io.ReaderAt, off int64) {
	in.at = position{r, off}
	in.src.Reset(&in.at)
}

// start begins a zlib stream where the source stands.
func (in *inflater) start() error {
	if in.z == nil {
		z, err := zlib.NewReader(in.src)
		if err != nil {
			return noEOF(err)
		}
		in.z = z
		return nil
	}
	return noEOF(in.z.(zlib.Resetter).Reset(in.src, nil))
}

// full fills dst with inflated bytes.
func (in *inflater) full(dst []byte) error {
	_, err := io.ReadFull(in.z, dst)
	return noEOF(err)
}

// end reads the end of the stream, which verifies its checksum.
func (in *inflater) end() error {
	var one [1]byte
	switch n, err := io.ReadFull(in.z, one[:]); {
	case n != 0:
		return errors.New("more data than its header says")
	case err != io.EOF:
		return noEOF(err)
	}
	return nil
}

func (in *inflater) release() {
	in.seek(nil, 0)
	inflaters.Put(in)
}

func noEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("truncated")
	}
	return err
}

// position reads on from a place in a file.
type position struct {
	r   io.ReaderAt
	off int64
}

func (p *position) Read(b []byte) (int, error) {
	n, err := p.r.ReadAt(b, p.off)
	p.off += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}
