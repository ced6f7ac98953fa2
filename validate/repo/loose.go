package repo

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// loosePath is where an object directory keeps an object that is in no pack.
func loosePath(dir string, h Hash) string {
	name := h.String()
	return filepath.Join(dir, name[:2], name[2:])
}

// readLoose returns the object stored as a file of its own in an object directory; ok is false if there is none. If it
// has more than max bytes, only its type and size and ErrTooLarge.
func readLoose(dir string, h Hash, max int64) (obj object, size int64, ok bool, err error) {
	path := loosePath(dir, h)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return object{}, 0, false, nil
	}
	if err != nil {
		return object{}, 0, false, err
	}
	defer f.Close()
	obj, size, err = inflateLoose(f, max)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		err = corrupt(path, "loose object: %w", err)
	}
	return obj, size, true, err
}

// inflateLoose reads "<type> <size>\x00<content>", compressed.
func inflateLoose(r io.ReaderAt, max int64) (object, int64, error) {
	in := inflaters.Get().(*inflater)
	defer in.release()
	in.seek(r, 0)
	if err := in.start(); err != nil {
		return object{}, 0, err
	}
	var head [32]byte
	n, err := io.ReadFull(in.z, head[:])
	if err != nil && err != io.ErrUnexpectedEOF {
		return object{}, 0, noEOF(err)
	}
	header, start, ok := bytes.Cut(head[:n], []byte{0})
	if !ok {
		return object{}, 0, errors.New("malformed header")
	}
	name, digits, _ := bytes.Cut(header, []byte{' '})
	kind, known := looseKinds[string(name)]
	size, err := strconv.ParseInt(string(digits), 10, 64)
	if !known || err != nil || size < 0 {
		return object{}, 0, errors.New("malformed header")
	}
	if size > max {
		return object{kind: kind}, size, ErrTooLarge
	}
	if int64(len(start)) > size {
		return object{}, 0, errors.New("more data than its header says")
	}
	content, err := in.rest(start, size)
	return object{kind, content}, size, err
}

var looseKinds = map[string]Kind{"commit": KindCommit, "tree": KindTree, "blob": KindBlob, "tag": KindTag}

// rest inflates until content, which begins with start, has size bytes, and verifies that the stream ends there. Memory
// grows with what there is, not with what a header says.
func (in *inflater) rest(start []byte, size int64) ([]byte, error) {
	content := make([]byte, min(size, max(allocated, int64(len(start)))))
	for done := int64(copy(content, start)); ; {
		if err := in.full(content[done:]); err != nil {
			return nil, err
		}
		if done = int64(len(content)); done == size {
			return content, in.end()
		}
		larger := make([]byte, min(size, 4*done))
		copy(larger, content)
		content = larger
	}
}
