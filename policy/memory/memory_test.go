package memory_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/memory"
)

var _ policy.Memory = (*memory.Directory)(nil)

func TestDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	m := memory.Open(dir)
	if got := m.Recall("k"); got != nil {
		t.Errorf("recalled %q from nowhere", got)
	}
	m.Keep("k", []byte("value"))
	if got := memory.Open(dir).Recall("k"); string(got) != "value" {
		t.Errorf("recalled %q", got)
	}
	if got := m.Recall("other"); got != nil {
		t.Errorf("recalled %q for another key", got)
	}
	if one, two := m.Reader(), memory.Open("").Reader(); one != two || one == "" {
		t.Errorf("readers %q and %q", one, two)
	}
	for i := range 100 {
		m.Keep(fmt.Sprint(i), nil)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) > 40 {
		t.Errorf("%d values are kept", len(entries))
	}
}

// TestUnsafe: a directory that others can write, or that lies elsewhere, is not
// believed.
func TestUnsafe(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"others may write": func(dir string) error { return os.Chmod(dir, 0o777) },
		"others may read":  func(dir string) error { return os.Chmod(dir, 0o755) },
		"a link":           func(dir string) error { return link(dir, dir+"-elsewhere") },
		"a file":           func(dir string) error { _ = os.RemoveAll(dir); return os.WriteFile(dir, nil, 0o600) },
		"no regular file": func(dir string) error {
			_ = os.Remove(filepath.Join(dir, "k"))
			return os.Mkdir(filepath.Join(dir, "k"), 0o700)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "memory")
			m := memory.Open(dir)
			m.Keep("k", []byte("value"))
			if got := m.Recall("k"); string(got) != "value" {
				t.Fatalf("recalled %q", got)
			}
			if err := spoil(dir); err != nil {
				t.Fatal(err)
			}
			if got := m.Recall("k"); got != nil {
				t.Errorf("recalled %q", got)
			}
			m.Keep("k", []byte("again"))
			if got := m.Recall("k"); got != nil {
				t.Errorf("kept and recalled %q", got)
			}
		})
	}
}

// link moves a directory and leaves a link to it.
func link(dir, elsewhere string) error {
	if err := os.Rename(dir, elsewhere); err != nil {
		return err
	}
	return os.Symlink(elsewhere, dir)
}

func TestNowhere(t *testing.T) {
	m := memory.Open("")
	m.Keep("k", []byte("value"))
	if got := m.Recall("k"); got != nil {
		t.Errorf("recalled %q", got)
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	if got := memory.Default(); got != "" {
		t.Errorf("without a home: %s", got)
	}
	t.Setenv("XDG_CACHE_HOME", "/c")
	if got := memory.Default(); got != "/c/lotus-gate/policies" {
		t.Errorf("with a cache directory: %s", got)
	}
}
