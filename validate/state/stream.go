package state

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// gzip opens a stream that is the whole layer, concatenated members and trailing garbage included.
func (in *inspector) gzip(data []byte, at place) {
	inner := at.unpacked("gzip", at.line)
	inner.path = strings.TrimSuffix(path.Base(at.path), ".gz")
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		in.note(inner, "damaged: %v", err)
		return
	}
	in.stream(r, len(data), inner)
}

func (in *inspector) bzip2(data []byte, at place) {
	inner := at.unpacked("bzip2", at.line)
	inner.path = strings.TrimSuffix(path.Base(at.path), ".bz2")
	in.stream(bzip2.NewReader(bytes.NewReader(data)), len(data), inner)
}

// stream inspects what a compressed stream of the given size holds, as far as it can be read.
func (in *inspector) stream(r io.Reader, packed int, at place) {
	before := len(in.found)
	data, err := in.unpack(r, packed)
	in.layer(data, at)
	if len(in.found) == before {
		if err != nil {
			in.note(at, "%v", err)
		}
		if len(data) > 0 {
			in.named(at.path, at)
		}
	}
}

// embeddedGzip opens a stream that may begin here and returns how many bytes it took, at least one. Bytes that
// unpack to nothing are chance, not damage.
func (in *inspector) embeddedGzip(data []byte, at place) (used int) {
	packed := bytes.NewReader(data)
	inner := at.unpacked("gzip", at.line)
	r, err := gzip.NewReader(packed)
	if err != nil {
		return 1
	}
	r.Multistream(false)
	unpacked, err := in.unpack(r, len(data))
	before := len(in.found)
	in.layer(unpacked, inner)
	if len(in.found) == before && err != nil && len(unpacked) >= tarBlock {
		in.note(inner, "%v", err)
	}
	return max(1, len(data)-packed.Len())
}

// named reports an archive member that only its name gives away, the first of each form in an archive.
func (in *inspector) named(name string, at place) {
	form, ok := Name(name)
	if !ok {
		return
	}
	for _, m := range in.found {
		last := len(m.Via) - 1
		if m.Form == string(form) && m.Detail == byName && slices.Equal(m.Via[:last], at.via[:len(at.via)-1]) {
			return
		}
	}
	in.find(string(form), at, at.line, byName)
}

const byName = "by its name"

// unpack reads a stream of packed bytes within the limits. What was read before an error is returned with it.
func (in *inspector) unpack(r io.Reader, packed int) ([]byte, error) {
	left := max(0, in.lim.MaxUnpacked-in.unpacked)
	ratio := max(ratioGrace, int64(packed)*int64(in.lim.MaxRatio))
	out, err := readUpTo(r, min(left, ratio)+1)
	n := int64(len(out))
	in.unpacked += n
	in.work += workPerByte * n
	switch {
	case n > left:
		return out, fmt.Errorf("more than %s unpacked", size(in.lim.MaxUnpacked))
	case n > ratio:
		return out, fmt.Errorf("expands more than %d times", in.lim.MaxRatio)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return out, errors.New("truncated")
	case err != nil:
		return out, fmt.Errorf("damaged: %w", err)
	}
	return out, nil
}

// readUpTo reads at most limit bytes. Its memory never exceeds one and a half times that, where io.ReadAll could take
// three times.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	out := make([]byte, 0, min(limit, 32<<10))
	for int64(len(out)) < limit {
		if len(out) == cap(out) {
			grown := make([]byte, len(out), min(limit, 2*int64(cap(out))))
			copy(grown, out)
			out = grown
		}
		n, err := r.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func size(n int64) string {
	if n >= mebibyte && n%mebibyte == 0 {
		return fmt.Sprintf("%d MiB", n/mebibyte)
	}
	return fmt.Sprintf("%d bytes", n)
}
