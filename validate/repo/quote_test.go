package repo

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestQuotePath compares the names of files that hold each byte with what git prints of them.
func TestQuotePath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	runGit(t, ".", "init", "-q", "--bare", dir)
	paths := []string{"plain", "with blank", "a/\"b\"", "naïve/\u65e5\u672c", "line\nbreak", "cut\xe6\x97"}
	for c := 1; c < 256; c++ {
		if c != '/' {
			paths = append(paths, fmt.Sprintf("byte-%02x-", c)+string([]byte{byte(c)})+"y")
		}
	}
	var index bytes.Buffer
	for _, path := range paths {
		fmt.Fprintf(&index, "100644 %040d\t%s\x00", 1, path)
	}
	if _, err := tryGit(dir, index.Bytes(), "update-index", "-z", "--add", "--index-info"); err != nil {
		t.Fatal(err)
	}
	want := make(map[string]string)
	raw := strings.Split(runGit(t, dir, "-c", "core.quotePath=true", "ls-files", "-z"), "\x00")
	for i, quoted := range strings.Split(runGit(t, dir, "-c", "core.quotePath=true", "ls-files"), "\n") {
		want[raw[i]] = quoted
	}
	got := make(map[string]string)
	for _, path := range append(paths, "") {
		got[path] = QuotePath(path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-git +ours):\n%s", diff)
	}
}
