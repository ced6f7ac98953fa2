package repo

import (
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// inflater reads zlib streams out of files. It is pooled: its window and tables are what make small objects dear.
type inflater struct {
	src window
	z   io.ReadCloser // of package zlib, which implements zlib.Resetter
}

var inflaters = sync.Pool{New: func() any { return &inflater{src: window{buf: make([]byte, 4096)}} }}

// start makes the inflater read from r at off, where a zlib stream begins.
func (in *inflater) start(r io.ReaderAt, off int64) error {
	in.src.seek(r, off)
	return in.restart()
}

// restart begins a zlib stream where the source stands.
func (in *inflater) restart() error {
	if in.z == nil {
		z, err := zlib.NewReader(&in.src)
		if err != nil {
			return noEOF(err)
		}
		in.z = z
		return nil
	}
	return noEOF(in.z.(zlib.Resetter).Reset(&in.src, nil))
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
	in.src.r = nil
	inflaters.Put(in)
}

func noEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("truncated")
	}
	return err
}

// window is a buffered sequential reader over an io.ReaderAt, cheap to move.
type window struct {
	r    io.ReaderAt
	off  int64 // in r, of the byte after buf[:have]
	buf  []byte
	pos  int
	have int
	err  error
}

func (w *window) seek(r io.ReaderAt, off int64) {
	*w = window{r: r, off: off, buf: w.buf}
}

func (w *window) fill() error {
	if w.err != nil {
		return w.err
	}
	n, err := w.r.ReadAt(w.buf, w.off)
	w.off += int64(n)
	w.pos, w.have, w.err = 0, n, err
	if n == 0 {
		if err == nil {
			w.err = io.ErrNoProgress
		}
		return w.err
	}
	return nil
}

func (w *window) Read(p []byte) (int, error) {
	if w.pos == w.have {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.buf[w.pos:w.have])
	w.pos += n
	return n, nil
}

func (w *window) ReadByte() (byte, error) {
	if w.pos == w.have {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	b := w.buf[w.pos]
	w.pos++
	return b, nil
}
