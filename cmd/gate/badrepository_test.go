package main

import (
	"bytes"
	"compress/zlib"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnreadableRepositories: what cannot be read is no verdict, with a sentence
// that names what it is and what to do.
func TestUnreadableRepositories(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, g *guarded)
		say  []string
	}{
		"SHA-256": {
			func(t *testing.T, g *guarded) {
				g.in(t, filepath.Dir(g.work), "init", "-q", "--object-format=sha256", "other")
				g.work = filepath.Join(filepath.Dir(g.work), "other")
				g.write(t, "a", "a")
				g.commit(t)
			},
			[]string{"object format sha256", "is not supported", "--object-format=sha1"},
		},
		"reftable": {
			func(t *testing.T, g *guarded) {
				g.git(t, "config", "core.repositoryFormatVersion", "1")
				g.git(t, "config", "extensions.refStorage", "reftable")
			},
			[]string{"reference storage reftable", "is not supported", "git refs migrate"},
		},
		"an extension of the future": {
			func(t *testing.T, g *guarded) {
				g.git(t, "config", "core.repositoryFormatVersion", "1")
				g.git(t, "config", "extensions.telepathy", "true")
			},
			[]string{"repository extension telepathy", "is not supported"},
		},
		"promised object": {
			func(t *testing.T, g *guarded) {
				g.git(t, "config", "extensions.partialClone", "origin")
				g.git(t, "config", "core.repositoryFormatVersion", "1")
				removeObject(t, g, g.git(t, "rev-parse", "HEAD:README.md"))
			},
			[]string{"README.md", "partial clone", "git fetch --refetch --no-filter"},
		},
		"missing object": {
			func(t *testing.T, g *guarded) { removeObject(t, g, g.git(t, "rev-parse", "HEAD:README.md")) },
			[]string{"README.md", "is missing"},
		},
		"missing tree": {
			func(t *testing.T, g *guarded) { removeObject(t, g, g.git(t, "rev-parse", "HEAD^{tree}")) },
			[]string{"is missing"},
		},
		"loose object of rubbish": {
			func(t *testing.T, g *guarded) {
				overwrite(t, objectFile(g, g.git(t, "rev-parse", "HEAD:README.md")), []byte("rubbish"))
			},
			[]string{"README.md"},
		},
		"loose object that ends early": {
			func(t *testing.T, g *guarded) {
				overwrite(t, objectFile(g, g.git(t, "rev-parse", "HEAD:README.md")), deflated([]byte("blob 1000\x00short")))
			},
			[]string{"README.md"},
		},
		"loose object with another's content": {
			func(t *testing.T, g *guarded) {
				overwrite(t, objectFile(g, g.git(t, "rev-parse", "HEAD^{tree}")), deflated([]byte("tree 4\x00abcd")))
			},
			[]string{"malformed tree"},
		},
		"pack with bits that flipped": {
			func(t *testing.T, g *guarded) {
				g.git(t, "gc", "-q")
				packs, _ := filepath.Glob(filepath.Join(g.work, ".git/objects/pack/*.pack"))
				data := []byte(read(t, packs[0]))
				for i := 12; i < len(data)-20; i++ {
					data[i] ^= 0x55
				}
				overwrite(t, packs[0], data)
			},
			[]string{".pack"},
		},
		"pack that ends early": {
			func(t *testing.T, g *guarded) {
				g.git(t, "gc", "-q")
				packs, _ := filepath.Glob(filepath.Join(g.work, ".git/objects/pack/*.pack"))
				overwrite(t, packs[0], []byte(read(t, packs[0]))[:40])
			},
			[]string{".pack"},
		},
		"index of rubbish": {
			func(t *testing.T, g *guarded) {
				g.git(t, "gc", "-q")
				packs, _ := filepath.Glob(filepath.Join(g.work, ".git/objects/pack/*.idx"))
				overwrite(t, packs[0], bytes.Repeat([]byte("rubbish"), 200))
			},
			[]string{".idx"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t)
			c.make(t, g)
			o := runGate(t, g.work, "check", "--history")
			said := o.stdout + o.stderr
			if o.code != 3 {
				t.Errorf("exit code %d, want 3", o.code)
			}
			for _, say := range c.say {
				if !strings.Contains(said, say) {
					t.Errorf("no word of %q", say)
				}
			}
			if t.Failed() {
				t.Log(said)
			}
		})
	}
}

func objectFile(g *guarded, id string) string {
	return filepath.Join(g.work, ".git/objects", id[:2], id[2:])
}

func removeObject(t *testing.T, g *guarded, id string) {
	t.Helper()
	if err := os.Remove(objectFile(g, id)); err != nil {
		t.Fatal(err)
	}
}

// overwrite replaces a file that git made read-only.
func overwrite(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	mustWrite(w.Write(data))
	mustDo(w.Close())
	return b.Bytes()
}
