package state

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strings"
)

// tar opens an archive member by member. Members lie open in the bytes, so they are looked at in place and cost
// nothing of the unpacked budget, save sparse ones, which expand. It is complete if nothing but zeros follows the end.
func (in *inspector) tar(data []byte, at place) (complete bool) {
	rest := bytes.NewReader(data)
	r := tar.NewReader(rest)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return len(bytes.Trim(data[len(data)-rest.Len():], "\x00")) == 0
		}
		if err != nil {
			in.note(at, "tar: damaged: %v", err)
			return false
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse {
			continue
		}
		inner, ok := in.member("tar", h.Name, at)
		if !ok {
			return false
		}
		if sparse(h) {
			in.stream(r, len(data), inner)
			continue
		}
		body := data[len(data)-rest.Len():]
		before := len(in.found)
		if h.Size > int64(len(body)) {
			in.note(inner, "truncated")
		} else {
			body = body[:h.Size]
		}
		in.layer(body, inner)
		if len(in.found) == before && len(body) > 0 {
			in.named(h.Name, inner)
		}
	}
}

func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}
