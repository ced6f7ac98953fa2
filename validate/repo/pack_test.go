package repo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/google/go-cmp/cmp"
)

// packOf makes a pack of raw entries, its index in memory: the names are 1, 2, … in the last byte.
func packOf(entries ...[]byte) *pack {
	data := []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x00")
	var offsets []byte
	for _, entry := range entries {
		offsets = binary.BigEndian.AppendUint32(offsets, uint32(len(data)))
		data = append(data, entry...)
	}
	idx := indexOf(len(entries), offsets)
	p := newPack("test", newLRU[packPos](1<<20))
	p.index = func() (*packIndex, error) { return openPackIndex("test.idx", idx) }
	p.data = func() ([]byte, error) { return data, nil }
	return p
}

// indexOf makes an index of the names 1, 2, … and their offsets.
func indexOf(count int, offsets []byte) []byte {
	idx := append([]byte("\xfftOc\x00\x00\x00\x02"), bytes.Repeat(binary.BigEndian.AppendUint32(nil, uint32(count)), 256)...)
	for i := range count {
		idx = append(idx, hashBytes(byte(i+1))...)
	}
	idx = append(idx, make([]byte, 4*count)...)
	return append(append(idx, offsets...), make([]byte, idxTrailer)...)
}

// entryHeader is the type and size that an entry begins with.
func entryHeader(kind, size int) []byte {
	b := []byte{byte(kind<<4 | size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		b[len(b)-1] |= 0x80
		b = append(b, byte(size&0x7f))
	}
	return b
}

func deflated(s string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := io.WriteString(w, s); err != nil {
		panic(err) // a buffer takes everything
	}
	w.Close()
	return b.Bytes()
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// refDelta is a delta of the object that name names, whatever its instructions.
func refDelta(name byte, delta string) []byte {
	return join(entryHeader(packRefDelta, len(delta)), hashBytes(name), deflated(delta))
}

// TestHostilePacks reads packs that no git wrote. Each ends with an error that says what is wrong, soon.
func TestHostilePacks(t *testing.T) {
	blob := join(entryHeader(int(KindBlob), 5), deflated("hello"))
	chain := [][]byte{blob}
	for i := range 250 {
		chain = append(chain, refDelta(byte(i+1), "\x05\x05\x90\x05"))
	}
	tests := map[string]struct {
		entries [][]byte
		object  byte
		want    string
	}{
		"delta of itself":          {[][]byte{refDelta(1, "\x05\x05\x90\x05")}, 1, "chain of more than"},
		"deltas of each other":     {[][]byte{refDelta(2, "\x05\x05\x90\x05"), refDelta(1, "\x05\x05\x90\x05")}, 1, "chain of more than"},
		"base is elsewhere":        {[][]byte{refDelta(9, "\x05\x05\x90\x05")}, 1, "is not in the pack"},
		"base before the pack":     {[][]byte{join(entryHeader(packOfsDelta, 4), []byte{12}, deflated("\x05\x05\x90\x05"))}, 1, "outside of the pack"},
		"base is itself":           {[][]byte{join(entryHeader(packOfsDelta, 4), []byte{0}, deflated("\x05\x05\x90\x05"))}, 1, "outside of the pack"},
		"endless offset":           {[][]byte{join(entryHeader(packOfsDelta, 4), bytes.Repeat([]byte{0xff}, 40))}, 1, "offset out of range"},
		"endless size":             {[][]byte{bytes.Repeat([]byte{0xff}, 40)}, 1, "size out of range"},
		"unknown type":             {[][]byte{join(entryHeader(5, 5), deflated("hello"))}, 1, "unknown object type"},
		"no type":                  {[][]byte{join(entryHeader(0, 5), deflated("hello"))}, 1, "unknown object type"},
		"less than announced":      {[][]byte{join(entryHeader(int(KindBlob), 900_000), deflated("hello"))}, 1, "truncated"},
		"more than announced":      {[][]byte{join(entryHeader(int(KindBlob), 4), deflated("hello"))}, 1, "more data"},
		"no data":                  {[][]byte{entryHeader(int(KindBlob), 5)}, 1, "truncated"},
		"not compressed":           {[][]byte{join(entryHeader(int(KindBlob), 5), []byte("hello world"))}, 1, "zlib"},
		"base of another size":     {[][]byte{blob, refDelta(1, "\x06\x05\x90\x05")}, 2, "malformed delta"},
		"copy beyond the base":     {[][]byte{blob, refDelta(1, "\x05\x06\x90\x06")}, 2, "malformed delta"},
		"result shorter":           {[][]byte{blob, refDelta(1, "\x05\x06\x90\x05")}, 2, "malformed delta"},
		"result longer":            {[][]byte{blob, refDelta(1, "\x05\x04\x90\x05")}, 2, "malformed delta"},
		"reserved instruction":     {[][]byte{blob, refDelta(1, "\x05\x05\x00")}, 2, "malformed delta"},
		"literal beyond the end":   {[][]byte{blob, refDelta(1, "\x05\x05\x05ab")}, 2, "malformed delta"},
		"delta without sizes":      {[][]byte{blob, refDelta(1, "\xff")}, 2, "malformed delta"},
		"base larger than allowed": {[][]byte{join(entryHeader(int(KindBlob), maxBase+1), deflated("x")), refDelta(1, "\x05\x05\x90\x05")}, 2, "delta base of 134217729 bytes"},
		"long but honest chain":    {chain, 251, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := packOf(test.entries...)
			offset, ok, err := p.find(Hash{19: test.object})
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			obj, _, err := p.read(offset, 1<<20)
			switch {
			case test.want == "" && (err != nil || string(obj.data) != "hello"):
				t.Errorf("read %q, %v", obj.data, err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want one with %q", err, test.want)
			}
			if _, _, err := p.stat(offset); strings.Contains(name, "delta of itself") && err == nil {
				t.Error("stat has no error")
			}
		})
	}
}

// TestTooLargeIsNotInflated asks for the size of what would not fit into memory.
func TestTooLargeIsNotInflated(t *testing.T) {
	const huge = 1 << 40
	result := "\x05\x80\x80\x80\x80\x80\x20" // a delta that makes 1 TiB of five bytes
	for name, entries := range map[string][][]byte{
		"blob":  {join(entryHeader(int(KindBlob), huge), deflated("x"))},
		"delta": {refDelta(2, result), join(entryHeader(int(KindBlob), 5), deflated("hello"))},
	} {
		p := packOf(entries...)
		if obj, size, err := p.read(12, 1<<30); !errors.Is(err, ErrTooLarge) || size != huge || obj.data != nil {
			t.Errorf("%s: size %d, %v", name, size, err)
		}
		if kind, size, err := p.stat(12); kind != KindBlob || size != huge || err != nil {
			t.Errorf("%s: stat says %s of %d bytes, %v", name, kind, size, err)
		}
	}
}

// TestPackIndexAgainstGoGit looks up every object of a pack, and its neighbours, in our reader and in go-git's.
func TestPackIndexAgainstGoGit(t *testing.T) {
	data := gitPackIndex(t)
	theirs := idxfile.NewMemoryIndex()
	if err := idxfile.NewDecoder(bytes.NewReader(data)).Decode(theirs); err != nil {
		t.Fatal(err)
	}
	ours, err := openPackIndex("x", data)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := theirs.Entries()
	if err != nil {
		t.Fatal(err)
	}
	want, got := make(map[Hash]int64), make(map[Hash]int64)
	for e, err := entries.Next(); !errors.Is(err, io.EOF); e, err = entries.Next() {
		if err != nil {
			t.Fatal(err)
		}
		want[e.Hash] = int64(e.Offset)
		offset, ok, err := ours.find(e.Hash)
		if err != nil || !ok {
			t.Fatalf("%s is not found: %v", e.Hash, err)
		}
		got[e.Hash] = offset
		near := e.Hash
		near[19]++
		if _, there := want[near]; there {
			continue
		}
		if known, _ := theirs.Contains(near); known {
			continue
		}
		if _, ok, err := ours.find(near); ok || err != nil {
			t.Errorf("%s is found: %v", near, err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 50_000 {
		t.Errorf("%d objects (-go-git +ours):\n%s", len(want), diff)
	}
}

// gitPackIndex has git write an index of 60,000 objects.
func gitPackIndex(t *testing.T) []byte {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "r.git")
	runGit(t, ".", "init", "-q", "--bare", dir)
	var stream bytes.Buffer
	for i := range 60_000 {
		stream.WriteString("blob\ndata 4\n")
		stream.Write(binary.BigEndian.AppendUint32(nil, uint32(i)))
		stream.WriteByte('\n')
	}
	if _, err := tryGit(dir, stream.Bytes(), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"); err != nil {
		t.Fatal(err)
	}
	indexes, err := filepath.Glob(filepath.Join(dir, "objects/pack/*.idx"))
	if err != nil || len(indexes) != 1 {
		t.Fatal(indexes, err)
	}
	data, err := os.ReadFile(indexes[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func FuzzPackIndex(f *testing.F) {
	data := indexOf(3, []byte("aaaabbbbcccc"))
	f.Add(data, byte(0), uint64(1))
	f.Add(data[:len(data)-1], byte(0), uint64(2))
	f.Fuzz(func(t *testing.T, data []byte, first byte, last uint64) {
		x, err := openPackIndex("fuzz", data)
		if err != nil {
			return
		}
		var h Hash
		h[0] = first
		binary.BigEndian.PutUint64(h[12:], last)
		if offset, ok, err := x.find(h); ok && (err != nil || offset < 0) {
			t.Errorf("offset %d, %v", offset, err)
		}
		for _, name := range x.withPrefix(h, 3) {
			if !hasPrefix(name, h, 3) {
				t.Errorf("%s has not the prefix %s", name, h)
			}
		}
	})
}

func FuzzPack(f *testing.F) {
	blob := join(entryHeader(int(KindBlob), 5), deflated("hello"))
	f.Add(blob, refDelta(1, "\x05\x05\x90\x05"), refDelta(2, "\x05\x03\x03abc"))
	f.Add(blob, join(entryHeader(packOfsDelta, 4), []byte{byte(len(blob))}, deflated("\x05\x05\x90\x05")), refDelta(3, ""))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		p := packOf(a, b, c)
		for i := range 3 {
			offset, ok, err := p.find(Hash{19: byte(i + 1)})
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
			obj, size, err := p.read(offset, 1<<16)
			kind, statSize, statErr := p.stat(offset)
			if err == nil && (statErr != nil || kind != obj.kind || size != int64(len(obj.data)) || size != statSize) {
				t.Errorf("read a %s of %d bytes, size %d; stat says %s of %d, %v", obj.kind, len(obj.data), size, kind, statSize, statErr)
			}
		}
	})
}

// FuzzDelta compares our deltas with go-git's.
func FuzzDelta(f *testing.F) {
	f.Add([]byte("hello"), []byte("\x05\x05\x90\x05"))
	f.Add([]byte("hello"), []byte("\x05\x07\x91\x01\x04\x03abc"))
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		_, size, _, ok := deltaSizes(delta)
		if ok && size > 1<<20 {
			return
		}
		ours, err := applyDelta(base, delta)
		if err != nil {
			return // go-git lets some malformed deltas through
		}
		if len(base) == 0 || size == 0 {
			return // go-git refuses these
		}
		theirs, err := packfile.PatchDelta(base, delta)
		if err != nil || !bytes.Equal(ours, theirs) {
			t.Errorf("%q and %q: ours %q, go-git's %q, %v", base, delta, ours, theirs, err)
		}
	})
}

func hashBytes(last byte) []byte { return append(make([]byte, 19), last) }
