package check

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flagID is the n-th made-up id of a directory.
func flagID(n int) string { return fmt.Sprintf("%040x", n) }

func TestFlagsAreKept(t *testing.T) {
	dir := t.TempDir()
	first := openFlags(dir)
	if on, ok := first.Lookup(flagID(1)); on || ok {
		t.Errorf("an empty cache knows %t, %t", on, ok)
	}
	first.Store(flagID(1), true)
	first.Store(flagID(2), false)
	first.save()
	again := openFlags(dir)
	if diff := cmp.Diff(map[string]bool{flagID(1): true, flagID(2): false}, again.known); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if on, ok := again.Lookup(flagID(1)); !on || !ok {
		t.Errorf("Lookup = %t, %t", on, ok)
	}
	left, err := os.ReadDir(filepath.Join(dir, "lotus-gate"))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the cache lies %v, %v", left, err)
	}
}

// TestFlagsUnchanged: a run that learns nothing writes nothing.
func TestFlagsUnchanged(t *testing.T) {
	dir := t.TempDir()
	f := openFlags(dir)
	f.Lookup(flagID(1))
	f.save()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("written: %v, %v", left, err)
	}
}

// TestCorruptFlags: lines that are none are left out, as if they had not been learnt.
func TestCorruptFlags(t *testing.T) {
	good := flagID(7) + " 1\n"
	for name, c := range map[string]struct {
		text string
		want map[string]bool
	}{
		"empty":           {"", map[string]bool{}},
		"binary":          {"\x00\xff\n" + good, map[string]bool{flagID(7): true}},
		"cut off":         {good + flagID(8), map[string]bool{flagID(7): true}},
		"half an id":      {flagID(8)[20:] + " 1\n" + good, map[string]bool{flagID(7): true}},
		"no flag":         {flagID(8) + " x\n" + good, map[string]bool{flagID(7): true}},
		"no blank":        {flagID(8) + "-1\n" + good, map[string]bool{flagID(7): true}},
		"an endless line": {good + strings.Repeat("a", 1<<20) + "\n", map[string]bool{flagID(7): true}},
	} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "lotus-gate"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "lotus-gate", "flags"), []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, openFlags(dir).known); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestFlagsWithoutAPlace: what cannot be written is learnt anew next time, and
// leaves nothing behind.
func TestFlagsWithoutAPlace(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lotus-gate"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	f := openFlags(dir)
	f.Store(flagID(1), true)
	f.save()

	if err := os.Remove(filepath.Join(dir, "lotus-gate")); err != nil {
		t.Fatal(err)
	}
	// a directory stands where the file belongs
	if err := os.MkdirAll(filepath.Join(dir, "lotus-gate", "flags", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	f.save()
	left, err := os.ReadDir(filepath.Join(dir, "lotus-gate"))
	if err != nil || len(left) != 1 || left[0].Name() != "flags" {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if diff := cmp.Diff(map[string]bool{}, openFlags(dir).known); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFlagsAreBounded: a cache that has grown too large keeps what the run used.
func TestFlagsAreBounded(t *testing.T) {
	dir := t.TempDir()
	f := openFlags(dir)
	for n := range maxFlags {
		f.known[flagID(n)] = true
	}
	f.Lookup(flagID(3))
	f.Lookup(flagID(maxFlags + 5)) // never learnt
	f.Store(flagID(maxFlags), false)
	f.save()
	if diff := cmp.Diff(map[string]bool{flagID(3): true, flagID(maxFlags): false}, openFlags(dir).known); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
