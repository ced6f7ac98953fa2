package repo

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// allocated is how many bytes are set aside because a header announces them, before any is seen.
const allocated = 1 << 20

// inflater reads zlib streams. It is pooled, for its tables are what makes small objects dear. The library is not the
// standard one's because that takes half as long again to read the lake's history.
type inflater struct {
	src bytes.Reader  // the decompressor has a fast path for this type
	z   io.ReadCloser // of package zlib, which implements zlib.Resetter
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// start begins a zlib stream at the beginning of data, which may go on after its end.
func (in *inflater) start(data []byte) error {
	in.src.Reset(data)
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

// whole inflates a stream that must hold exactly size bytes.
func (in *inflater) whole(data []byte, size int64) ([]byte, error) {
	if err := in.start(data); err != nil {
		return nil, err
	}
	return in.rest(nil, size)
}

// rest inflates until content, which begins with start, has size bytes, and verifies that the stream ends there. Memory
// grows with what there is, not with what a header says.
func (in *inflater) rest(start []byte, size int64) ([]byte, error) {
	content := make([]byte, min(size, max(allocated, int64(len(start)))))
	for done := int64(copy(content, start)); ; {
		if _, err := io.ReadFull(in.z, content[done:]); err != nil {
			return nil, noEOF(err)
		}
		if done = int64(len(content)); done == size {
			return content, in.end()
		}
		larger := make([]byte, min(size, 4*done))
		copy(larger, content)
		content = larger
	}
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
	in.src.Reset(nil)
	inflaters.Put(in)
}

// noEOF gives a better name to the end of data that should go on.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("truncated")
	}
	return err
}
