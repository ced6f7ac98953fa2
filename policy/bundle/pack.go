package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
)

// Pack writes files as an archive, unsigned unless they hold a signature: the same
// bytes for the same files, wherever and whenever it is done.
func Pack(files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for _, name := range sorted(files) {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := zipped.Close(); err != nil {
		return nil, err
	}
	if out.Len() > MaxArchive {
		return nil, fmt.Errorf("%d bytes, more than the %d that a bundle may have", out.Len(), MaxArchive)
	}
	return out.Bytes(), nil
}

// Unpack gives the files of an archive, unchecked: to be laid somewhere, not to be
// used. Every error is a *RefusedError.
func Unpack(archive []byte) (map[string][]byte, error) { return unpack(archive, Limits{}) }
