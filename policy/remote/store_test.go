package remote_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy/remote"
)

// TestStore: what is kept is whole, its version is of these bytes, and many may save
// at once.
func TestStore(t *testing.T) {
	store := remote.Store{Dir: filepath.Join(t.TempDir(), "a", "b")}
	if _, err := store.Load("x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing saved: %v", err)
	}
	one := remote.Fetched{Archive: []byte("one"), Version: "v1"}
	for range 2 {
		if err := store.Save("x", one); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := store.Load("x"); err != nil || cmp.Diff(one, got) != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := store.Load("y"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another reference: %v", err)
	}
	archives, err := filepath.Glob(filepath.Join(store.Dir, "*.tar.gz"))
	if err != nil || len(archives) != 1 {
		t.Fatalf("%q, %v", archives, err)
	}
	if err := os.WriteFile(archives[0], []byte("two"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Load("x"); err != nil || cmp.Diff(remote.Fetched{Archive: []byte("two")}, got) != "" {
		t.Errorf("saving that stopped in between: %+v, %v", got, err)
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			text := bytes.Repeat([]byte{byte(i)}, 1<<16)
			if err := store.Save("x", remote.Fetched{Archive: text, Version: "v"}); err != nil {
				t.Error(err)
			}
			got, err := store.Load("x")
			if err != nil || len(got.Archive) != 1<<16 || bytes.Count(got.Archive, got.Archive[:1]) != 1<<16 {
				t.Errorf("half of one: %v", err)
			}
		})
	}
	all.Wait()
}
