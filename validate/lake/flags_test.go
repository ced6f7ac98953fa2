package lake

import (
	"errors"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flags is a FlagCache that notes what it was told.
type flags struct{ known, stored map[string]bool }

func (f *flags) Lookup(id string) (on, ok bool) {
	on, ok = f.known[id]
	return on, ok
}

func (f *flags) Store(id string, on bool) { f.stored[id] = on }

// withID gives a tree's directories an id, as git's have.
type withID struct {
	*Files
	reads int
}

func (t *withID) Entry(p string) (Entry, bool, error) {
	e, ok, err := t.Files.Entry(p)
	if e.Mode == Directory {
		e.ID = "id of " + p
	}
	return e, ok, err
}

func (t *withID) Read(e Entry) ([]byte, error) {
	t.reads++
	return t.Files.Read(e)
}

func TestHasFlag(t *testing.T) {
	const on, off = `{"stream": "a", "backfill": true}`, `{"stream": "a", "backfill": false}`
	for name, c := range map[string]struct {
		files  map[string]string // of the source
		known  map[string]bool
		want   bool
		stored map[string]bool
		reads  int
	}{
		"no source":             {},
		"off":                   {files: map[string]string{"a.json": off, "b.json": `{}`}, stored: map[string]bool{"id of streams/shop": false}, reads: 2},
		"on, the rest not read": {files: map[string]string{"a.json": on, "b.json": off}, want: true, stored: map[string]bool{"id of streams/shop": true}, reads: 1},
		"with escapes":          {files: map[string]string{"a.json": `{"back\u0066ill": true}`}, want: true, stored: map[string]bool{"id of streams/shop": true}, reads: 1},
		"not a stream":          {files: map[string]string{"_catalog.json": on, "notes.txt": on, "old/a.json": on}, stored: map[string]bool{"id of streams/shop": false}},
		"of another":            {files: map[string]string{"../shops/a.json": on, "a.json": off}, stored: map[string]bool{"id of streams/shop": false}, reads: 1},
		"known to be on":        {files: map[string]string{"a.json": off}, known: map[string]bool{"id of streams/shop": true}, want: true},
		"known to be off":       {files: map[string]string{"a.json": on}, known: map[string]bool{"id of streams/shop": false}},
		"another is known":      {files: map[string]string{"a.json": off}, known: map[string]bool{"id of streams/x": true}, stored: map[string]bool{"id of streams/shop": false}, reads: 1},
	} {
		t.Run(name, func(t *testing.T) {
			data := map[string][]byte{}
			for p, text := range c.files {
				data[path.Clean("streams/shop/"+p)] = []byte(text)
			}
			cache := &flags{known: c.known, stored: map[string]bool{}}
			tree := &withID{Files: Memory(data, nil)}
			got, err := NewView(tree, Settings{Layout: shop, Flags: cache}).HasFlag("shop")
			if err != nil || got != c.want || tree.reads != c.reads {
				t.Errorf("HasFlag = %t, %v after %d reads; want %t after %d", got, err, tree.reads, c.want, c.reads)
			}
			if c.stored == nil {
				c.stored = map[string]bool{}
			}
			if diff := cmp.Diff(c.stored, cache.stored); diff != "" {
				t.Errorf("stored (-want +got):\n%s", diff)
			}
			// without a cache the answer is the same, of what lies there
			if got, err := NewView(Memory(data, nil), Settings{Layout: shop}).HasFlag("shop"); err != nil || c.known == nil && got != c.want {
				t.Errorf("HasFlag without a cache = %t, %v", got, err)
			}
		})
	}
}

func TestHasFlagOfUnreadableFiles(t *testing.T) {
	for name, c := range map[string]struct {
		says   error
		want   bool
		err    bool
		stored map[string]bool
	}{
		"nobody can tell":  {says: &UninspectedError{Reason: "too large"}, want: true, stored: map[string]bool{"id of streams/shop": true}},
		"a broken storage": {says: errors.New("pack is corrupt"), err: true, stored: map[string]bool{}},
	} {
		cache := &flags{stored: map[string]bool{}}
		tree := &withID{Files: NewFiles([]Entry{{Path: "streams/shop/a.json"}}, func(Entry) ([]byte, error) { return nil, c.says })}
		got, err := NewView(tree, Settings{Layout: shop, Flags: cache}).HasFlag("shop")
		if got != c.want || (err != nil) != c.err {
			t.Errorf("%s: HasFlag = %t, %v", name, got, err)
		}
		if diff := cmp.Diff(c.stored, cache.stored); diff != "" {
			t.Errorf("%s: stored (-want +got):\n%s", name, diff)
		}
	}
}
