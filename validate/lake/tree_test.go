package lake

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shopTree is a small snapshot with a file, directories, a link and a submodule.
func shopTree() *Files {
	entries := []Entry{
		{Path: "streams/shop/orders.json", ID: "1"},
		{Path: "README.md", ID: "2"},
		{Path: "streams/shop.md", ID: "3"},
		{Path: "latest", Mode: Symlink, ID: "4"},
		{Path: "vendor/lake", Mode: Submodule, ID: "5"},
		{Path: "big.bin", ID: "6"},
	}
	return NewFiles(entries, func(e Entry) ([]byte, error) {
		if e.Path == "big.bin" {
			return nil, &UninspectedError{Path: e.Path, Reason: "too large"}
		}
		return []byte("content " + e.ID), nil
	})
}

func TestFilesEntry(t *testing.T) {
	tree := shopTree()
	for path, want := range map[string]Entry{
		"README.md":                {Path: "README.md", ID: "2"},
		"streams":                  {Path: "streams", Mode: Directory},
		"streams/shop":             {Path: "streams/shop", Mode: Directory},
		"streams/shop/orders.json": {Path: "streams/shop/orders.json", ID: "1"},
		"latest":                   {Path: "latest", Mode: Symlink, ID: "4"},
		"vendor/lake":              {Path: "vendor/lake", Mode: Submodule, ID: "5"},
		"":                         {},
		"stream":                   {},
		"streams/":                 {},
		"README.md/x":              {},
	} {
		got, ok, err := tree.Entry(path)
		if err != nil || ok != (want != Entry{}) || got != want {
			t.Errorf("Entry(%q) = %v, %t, %v; want %v", path, got, ok, err, want)
		}
	}
}

func TestFilesList(t *testing.T) {
	tree := shopTree()
	for dir, want := range map[string][]string{
		"":             {"README.md", "big.bin", "latest", "streams", "vendor"},
		"streams":      {"streams/shop", "streams/shop.md"},
		"streams/shop": {"streams/shop/orders.json"},
		"README.md":    nil,
		"nowhere":      nil,
	} {
		entries, err := tree.List(dir)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Path)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("List(%q) (-want +got):\n%s", dir, diff)
		}
		clear(entries) // the caller's own
		if again, _ := tree.List(dir); len(again) > 0 && again[0] == (Entry{}) {
			t.Errorf("List(%q) hands out what it keeps", dir)
		}
	}
}

func TestWalk(t *testing.T) {
	walk := func(dir string, stop string) ([]string, error) {
		var paths []string
		err := Walk(shopTree(), dir, func(e Entry) error {
			paths = append(paths, e.Path)
			if e.Path == stop {
				return errors.New("enough")
			}
			return nil
		})
		return paths, err
	}
	for name, c := range map[string]struct {
		dir, stop string
		want      []string
	}{
		"all":           {want: []string{"README.md", "big.bin", "latest", "streams/shop/orders.json", "streams/shop.md", "vendor/lake"}},
		"one directory": {dir: "streams", want: []string{"streams/shop/orders.json", "streams/shop.md"}},
		"stopped":       {stop: "big.bin", want: []string{"README.md", "big.bin"}},
		"a file":        {dir: "README.md"},
		"stopped below": {stop: "streams/shop/orders.json", want: []string{"README.md", "big.bin", "latest", "streams/shop/orders.json"}},
	} {
		got, err := walk(c.dir, c.stop)
		if (err != nil) != (c.stop != "") {
			t.Errorf("%s: error %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadPath(t *testing.T) {
	for path, want := range map[string]string{
		"README.md": "content 2", "latest": "", "streams": "", "vendor/lake": "", "nowhere": "",
	} {
		data, ok, err := ReadPath(shopTree(), path)
		if err != nil || ok != (want != "") || string(data) != want {
			t.Errorf("ReadPath(%q) = %q, %t, %v", path, data, ok, err)
		}
	}
	data, ok, err := ReadPath(shopTree(), "big.bin")
	u, isUninspected := uninspected(err)
	if data != nil || ok || !isUninspected {
		t.Fatalf("ReadPath of what cannot be read = %q, %t, %v", data, ok, err)
	}
	if diff := cmp.Diff(&UninspectedError{Path: "big.bin", Reason: "too large"}, u); diff != "" {
		t.Error(diff)
	}
	if want := "big.bin: not inspected: too large"; u.Error() != want {
		t.Errorf("Error() = %q, want %q", u.Error(), want)
	}
}

func TestMemory(t *testing.T) {
	tree := Memory(map[string][]byte{"a/b": []byte("x"), "a/empty": nil}, map[string]string{"a/link": "../b"})
	got := map[string]string{}
	err := Walk(tree, "", func(e Entry) error {
		data, err := tree.Read(e)
		got[e.Path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a/b": "x", "a/empty": "", "a/link": "../b"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
