package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	gib = 1 << 30
	// bound is what the command may use of memory, whatever it is given. (The
	// race detector takes up to ten times as much.)
	bound = 300 << 20
)

// TestHugeBlob judges a blob of 1 GiB: it is not read, and that is no verdict.
func TestHugeBlob(t *testing.T) {
	g := newGuarded(t)
	id := hugeBlob(t, g)
	g.git(t, "update-index", "--add", "--cacheinfo", "100644,"+id+",media/film.bin")
	g.git(t, "commit", "-q", "-m", "A film")
	for name, args := range map[string][]string{"range": {"--range", "HEAD~..HEAD"}, "history": {"--history"}} {
		o := runGate(t, g.work, append([]string{"check"}, args...)...)
		want := "media/film.bin: not inspected: 1073741824 bytes, more than the 67108864 that limits.blob allows"
		if o.code != 3 || !strings.Contains(o.stdout, want) {
			t.Errorf("%s: exit code %d, want 3 and %q:\n%s%s", name, o.code, want, o.stdout, o.stderr)
		}
		o.within(t, name)
	}
	// In the working tree it costs nothing to make.
	if err := os.Mkdir(filepath.Join(g.work, "media"), 0o755); err != nil {
		t.Fatal(err)
	}
	film := filepath.Join(g.work, "media/film.bin")
	overwriteSparse(t, film, gib)
	o := runGate(t, g.work, "check")
	if o.code != 3 || !strings.Contains(o.stdout, "media/film.bin: not inspected: 1073741824 bytes") {
		t.Errorf("working tree: exit code %d, want 3:\n%s%s", o.code, o.stdout, o.stderr)
	}
	o.within(t, "working tree")
	// Whoever knows what it is can say so.
	g.write(t, ".lotus-gate.yaml", "version: 1\nwaivers:\n"+
		"- {rule: gate/not_inspected, path: \"media/**\", reason: a film, owner: marketing, expires: 2026-12-31}\n")
	if o := runGate(t, g.work, "check"); o.code != 0 || !strings.Contains(o.stdout, "media/film.bin: 1073741824 bytes") {
		t.Errorf("waived: exit code %d, want 0:\n%s%s", o.code, o.stdout, o.stderr)
	}
}

// TestLyingBlob judges an object that says it is small and is not.
func TestLyingBlob(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	file := objectFile(g, g.git(t, "rev-parse", "HEAD:README.md"))
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	zeroObject(t, file, "blob 14\x00", 256)
	o := runGate(t, g.work, "check", "--history")
	if o.code != 3 || !strings.Contains(o.stdout+o.stderr, "README.md") {
		t.Errorf("exit code %d, want 3 and the name:\n%s%s", o.code, o.stdout, o.stderr)
	}
	o.within(t, "lying blob")
}

// within fails the test when a run used too much memory.
func (o outcome) within(t *testing.T, what string) {
	t.Helper()
	limit := int64(bound)
	if raceDetector {
		limit *= 10
	}
	t.Logf("%s: %s, %d MiB", what, o.took, o.peak>>20)
	if o.peak > limit {
		t.Errorf("%s: %d MiB of memory, want %d at most", what, o.peak>>20, limit>>20)
	}
}

// hugeBlob makes a loose object of 1 GiB of zeros without asking git, which would
// take its time.
func hugeBlob(t *testing.T, g *guarded) string {
	t.Helper()
	header := fmt.Sprintf("blob %d\x00", gib)
	temporary := filepath.Join(g.work, ".git/objects/huge")
	sum := zeroObject(t, temporary, header, gib/mib)
	file := objectFile(g, sum)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temporary, file); err != nil {
		t.Fatal(err)
	}
	return sum
}

func overwriteSparse(t *testing.T, file string, size int64) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
}
