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
	data, err := looseData(path)
	if errors.Is(err, fs.ErrNotExist) {
		return object{}, 0, false, nil
	}
	if err != nil {
		return object{}, 0, false, err
	}
	obj, size, err = inflateLoose(data, max)
	if len(data) > smallFile {
		err = errors.Join(err, unmapFile(data))
	}
	if err != nil && !errors.Is(err, ErrTooLarge) {
		err = corrupt(path, "loose object: %w", err)
	}
	return obj, size, true, err
}

// smallFile is up to how many bytes a file is read rather than mapped.
const smallFile = 64 << 10

// looseData gives the compressed content of a file, mapped if there is much of it.
func looseData(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > smallFile {
		return mapFile(path)
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:n], nil
}

// inflateLoose reads "<type> <size>\x00<content>", compressed.
func inflateLoose(data []byte, max int64) (object, int64, error) {
	in := inflaters.Get().(*inflater)
	defer in.release()
	if err := in.start(data); err != nil {
		return object{}, 0, err
	}
	var head [32]byte
	n, err := io.ReadFull(in.z, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
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
