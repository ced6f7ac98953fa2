package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// tarred is an archive of entries as they are given.
func tarred(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for _, h := range headers {
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeros{}, h.Size); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestArchives: archives that lead elsewhere, hide something or blow up.
func TestArchives(t *testing.T) {
	file := func(name string) tar.Header { return tar.Header{Name: name, Size: 1} }
	var many []tar.Header
	for i := range 11 {
		many = append(many, file(strconv.Itoa(i)))
	}
	var gzipped bytes.Buffer
	w := gzip.NewWriter(&gzipped)
	if _, err := w.Write([]byte("not a tar archive, but long enough to be taken for a header of one; " + strings.Repeat("x", 600))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := build(t, policies())
	small := Limits{Bytes: 1000, Files: 10}
	for name, tc := range map[string]struct {
		archive []byte
		limits  Limits
		want    string
	}{
		"nothing":            {nil, Limits{}, "no bundle: a gzipped tar archive is wanted"},
		"a zip":              {[]byte("PK\x03\x04 and so on"), Limits{}, "no bundle: a gzipped tar archive is wanted"},
		"a page":             {[]byte("<html>Log in</html>"), Limits{}, "no bundle: a gzipped tar archive is wanted"},
		"no tar":             {gzipped.Bytes(), Limits{}, "no bundle: a gzipped tar archive is wanted"},
		"cut off":            {whole[:len(whole)/2], Limits{}, "unexpected EOF"},
		"a parent":           {tarred(t, file("../evil.rego")), Limits{}, `"../evil.rego" leads out of the bundle`},
		"a parent, inside":   {tarred(t, file("a/../../evil.rego")), Limits{}, "leads out of the bundle"},
		"a parent, absolute": {tarred(t, file("/../evil.rego")), Limits{}, "leads out of the bundle"},
		"twice absolute":     {tarred(t, file("//etc/passwd")), Limits{}, "leads out of the bundle"},
		"a backslash":        {tarred(t, file(`..\evil.rego`)), Limits{}, "is no path for a file in a bundle"},
		"a line break":       {tarred(t, file("a\nb.rego")), Limits{}, "is no path for a file in a bundle"},
		"no UTF-8":           {tarred(t, file("a\xff.rego")), Limits{}, "is no path for a file in a bundle"},
		"a long name":        {tarred(t, file(strings.Repeat("a", 600))), Limits{}, "is no path for a file in a bundle"},
		"the same twice":     {tarred(t, file("a.rego"), file("/a.rego")), Limits{}, "a.rego is in it twice"},
		"a link":             {tarred(t, tar.Header{Name: "a.rego", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), Limits{}, "a.rego is a link or special file"},
		"a hard link":        {tarred(t, tar.Header{Name: "a.rego", Typeflag: tar.TypeLink, Linkname: "b"}), Limits{}, "a.rego is a link or special file"},
		"a device":           {tarred(t, tar.Header{Name: "a.rego", Typeflag: tar.TypeChar}), Limits{}, "a.rego is a link or special file"},
		"a pipe":             {tarred(t, tar.Header{Name: "a.rego", Typeflag: tar.TypeFifo}), Limits{}, "a.rego is a link or special file"},
		"a directory out":    {tarred(t, tar.Header{Name: "../x/", Typeflag: tar.TypeDir}), Limits{}, "leads out of the bundle"},
		"WebAssembly":        {tarred(t, file("policy.wasm")), Limits{}, "policy.wasm: compiled policy: want Rego"},
		"a plan":             {tarred(t, file("plan.json")), Limits{}, "plan.json: compiled policy: want Rego"},
		"too many files":     {tarred(t, many...), small, "more than 10 files"},
		"too large":          {tarred(t, tar.Header{Name: "a.rego", Size: 1001}), small, "it unpacks to more than 1000 bytes"},
		"too large together": {tarred(t, tar.Header{Name: "a.rego", Size: 600}, tar.Header{Name: "b.rego", Size: 600}), small, "it unpacks to more than 1000 bytes"},
		"headers only":       {tarred(t, headers(200)...), small, "it unpacks to more than 1000 bytes"},
		"an archive too big": {make([]byte, MaxArchive+1), Limits{}, "more than the 16777216 that a bundle may have"},
	} {
		files, err := unpack(tc.archive, tc.limits)
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), tc.want) || files != nil {
			t.Errorf("%s: %v, %v; want a refusal with %q", name, files, err, tc.want)
		}
	}
}

// headers are entries without content, which a limit on content does not see.
func headers(n int) []tar.Header {
	var all []tar.Header
	for i := range n {
		all = append(all, tar.Header{Name: "d" + strconv.Itoa(i) + "/", Typeflag: tar.TypeDir})
	}
	return all
}

// TestBomb: half a gigabyte of zeros in half a megabyte is not unpacked as a whole.
func TestBomb(t *testing.T) {
	const mib = 1 << 20
	bomb := bytes.Repeat(zipped(t, make([]byte, mib)), 512) // streams of gzip in a row are one
	bomb = append(zipped(t, header(t, tar.Header{Name: "a.rego", Typeflag: tar.TypeReg, Size: 512 * mib})), bomb...)
	if len(bomb) > MaxArchive {
		t.Fatalf("a bomb of %d bytes would not even be read", len(bomb))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, entries := range [][]byte{bomb, tarred(t, headers(20_000)...)} {
		if _, err := Open(entries, Trust{Unsigned: true, Limits: Limits{Bytes: 8 * mib, Files: 100}}); err == nil || !strings.Contains(err.Error(), "it unpacks to more than 8388608 bytes") {
			t.Errorf("Open: %v", err)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 96*mib { // half of it without the race detector
		t.Errorf("%d MiB allocated", used/mib)
	}
}

func zipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func header(t *testing.T, h tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := tar.NewWriter(&out).WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// FuzzOpen: no archive panics, and what opens without a signature is never believed.
func FuzzOpen(f *testing.F) {
	whole := build(f, policies())
	pair := newPair(f, "Ed25519")
	signed := sign(f, whole, pair.signing(f, "lake", "", ""))
	trust := Trust{Keys: []Key{pair.verifying(f, "lake", "", "")}, Limits: Limits{Bytes: 1 << 20, Files: 100}}
	f.Add([]byte{})
	f.Add(whole)
	f.Add(signed)
	f.Add(tarred(f, tar.Header{Name: "../x", Size: 1}))
	f.Fuzz(func(t *testing.T, archive []byte) {
		b, err := Open(archive, trust)
		if (b == nil) == (err == nil) {
			t.Fatalf("Open = %v, %v", b, err)
		}
		if err == nil && !bytes.Equal(b.files["house/tried/tried.rego"], []byte(policies()["house/tried/tried.rego"])) {
			t.Fatal("another rule under this signature")
		}
		if b, err := Open(archive, Trust{Unsigned: true, Limits: trust.Limits}); err == nil && b.Files("x").Indexed {
			t.Fatal("an index that nobody signed is believed")
		}
	})
}
