package repo

import (
	"bytes"
	"crypto/sha1"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func FuzzLoose(f *testing.F) {
	f.Add(deflated("blob 5\x00hello"))
	f.Add(deflated("blob 99999999999\x00hello"))
	f.Add(deflated("tree 0\x00"))
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		obj, size, err := inflateLoose(data, 1<<16)
		if err == nil && size != int64(len(obj.data)) {
			t.Errorf("size %d of %d bytes", size, len(obj.data))
		}
	})
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 a\x00aaaaaaaaaaaaaaaaaaaa40000 b\x00bbbbbbbbbbbbbbbbbbbb"))
	f.Add([]byte("100644 \x00aaaaaaaaaaaaaaaaaaaa"))
	f.Add([]byte("777777777 a\x00aaaaaaaaaaaaaaaaaaaa"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tree := treeReader{data: data}
		for rest := len(data) + 1; len(tree.data) < rest; {
			rest = len(tree.data)
			ok, err := tree.next()
			if !ok || err != nil {
				return
			}
			if len(tree.name) == 0 || bytes.IndexByte(tree.name, 0) >= 0 {
				t.Fatalf("name %q", tree.name)
			}
		}
		t.Error("no progress")
	})
}

func FuzzCommitHeader(f *testing.F) {
	hex := strings.Repeat("ab", 20)
	f.Add([]byte("tree " + hex + "\nparent " + hex + "\nauthor A <a> 1 +0000\ncommitter C <c> 2 +0000\n"))
	f.Add([]byte("tree " + hex))
	f.Add([]byte("tree x\nparent y"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, ok := parseLinks(data)
		if ok && len(l.rest) > len(data)-45-48*len(l.parents) {
			t.Errorf("%d parents, %d of %d bytes left", len(l.parents), len(l.rest), len(data))
		}
		committerDate(l.rest)
		subject(data)
	})
}

// FuzzIndex parses hostile indexes whose checksum is right.
func FuzzIndex(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "r")
	initRepo(f, dir, "1")
	writeFile(f, filepath.Join(dir, "ab/c"), "x")
	runGit(f, dir, "add", "-N", "ab/c")
	for _, version := range []string{"2", "4"} {
		runGit(f, dir, "update-index", "--index-version", version)
		data, err := os.ReadFile(filepath.Join(dir, ".git/index"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:len(data)-hashSize])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha1.Sum(body)
		entries, err := parseIndex(append(bytes.Clone(body), sum[:]...))
		for _, e := range entries {
			if err != nil || e.Path == "" || strings.Contains(e.Path, "\x00") {
				t.Fatalf("entry %+v, %v", e, err)
			}
		}
	})
}

// FuzzIgnore matches hostile patterns, which must take neither long nor fail.
func FuzzIgnore(f *testing.F) {
	f.Add("a/**/b*[!c-d]\n!\\#x \n", "a/x/b1e")
	f.Add(strings.Repeat("*a", 30)+"\n", strings.Repeat("a", 60)+"b")
	f.Add(strings.Repeat("**/a*", 20)+"\n", strings.Repeat("a/", 40)+"b")
	f.Add("[[:alpha:]-\n[\n[a-\n", "a")
	f.Fuzz(func(t *testing.T, patterns, path string) {
		if path = strings.Trim(path, "/"); path == "" || len(path) > 200 || len(patterns) > 200 {
			return
		}
		lists := []ignoreList{{patterns: parseIgnore([]byte(patterns))}}
		if ignored(lists, path, false) && !ignored([]ignoreList{{patterns: parseIgnore([]byte(patterns))}}, path, false) {
			t.Error("matching depends on what was matched before")
		}
	})
}

func FuzzUnquote(f *testing.F) {
	f.Add(`"a\tb\303\244":/x`)
	f.Add(`"a\`)
	f.Add(`"\400"`)
	f.Fuzz(func(t *testing.T, list string) {
		for _, path := range splitAlternates(list, ':') {
			if path == "" {
				t.Error("empty path")
			}
		}
	})
}

// FuzzSplitSignature: payload and signature are parts of the commit, and without a
// signature the payload is all of it.
func FuzzSplitSignature(f *testing.F) {
	f.Add([]byte("tree x\ngpgsig a\n b\nx y\n\nmessage\n"))
	f.Add([]byte("gpgsig-sha256 a\n b\ngpgsig c"))
	f.Add([]byte("\ngpgsig x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		payload, signature := splitSignature(data)
		if len(payload)+len(signature) > len(data) {
			t.Errorf("%d and %d bytes of %d", len(payload), len(signature), len(data))
		}
		if !bytes.Contains(data, []byte(signatureHeader)) && !bytes.Equal(payload, data) {
			t.Errorf("no signature, and the payload is %q of %q", payload, data)
		}
	})
}
