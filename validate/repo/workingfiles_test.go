package repo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ignoreParts are put together to patterns of every shape gitignore knows.
var ignoreParts = []string{
	"a", "b", "ab", "a.txt", "*.txt", "*", "?", "a*", "*b", "[ab]", "[!a]", "[^b]*", "[a-c]b", "[[:alpha:]]", "[[:digit:]x]*", "**", "***", "a**", "**b",
	`\a`, `\*`, `\!x`, `\#y`, "!x", "#y", "x\\ ", "[a", "[]a]", "[-a]", "[a-]", "d", "dd", `a\`, "*.*", "a?b", "[b-a]", `[\]]`, "*a*b*",
}

var ignoreNames = []string{"a", "b", "ab", "a.txt", "b.txt", "d", "dd", "!x", "#y", "x ", "abb", "[a", "1x", "]", "a\\", "*", "é", "-", "x\ny"}

func randomIgnore(rng *rand.Rand) string {
	var b strings.Builder
	for range 1 + rng.IntN(4) {
		if rng.IntN(4) == 0 {
			b.WriteString("!")
		}
		if rng.IntN(4) == 0 {
			b.WriteString("/")
		}
		for i := range 1 + rng.IntN(3) {
			if i > 0 {
				b.WriteString("/")
			}
			b.WriteString(ignoreParts[rng.IntN(len(ignoreParts))])
			if rng.IntN(8) == 0 {
				b.WriteString(ignoreParts[rng.IntN(len(ignoreParts))])
			}
		}
		b.WriteString([]string{"", "", "", "/", " ", "\r", "\t", "/ "}[rng.IntN(8)])
		b.WriteString("\n")
	}
	if rng.IntN(5) == 0 {
		return "\xef\xbb\xbf" + strings.TrimSuffix(b.String(), "\n")
	}
	return b.String()
}

func randomTree(t *testing.T, dir string, depth int, rng *rand.Rand) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if rng.IntN(3) == 0 {
		writeFile(t, filepath.Join(dir, ".gitignore"), randomIgnore(rng))
	}
	for range 1 + rng.IntN(5) {
		path := filepath.Join(dir, ignoreNames[rng.IntN(len(ignoreNames))])
		if _, err := os.Lstat(path); err == nil {
			continue
		}
		switch {
		case depth < 3 && rng.IntN(2) == 0:
			randomTree(t, path, depth+1, rng)
		case rng.IntN(10) == 0:
			if err := os.Symlink("a", path); err != nil {
				t.Fatal(err)
			}
		default:
			writeFile(t, path, "x")
		}
	}
}

// TestWorkingFilesDifferential compares the files of random working trees under random patterns with git's.
func TestWorkingFilesDifferential(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for i := range 200 {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		dir := filepath.Join(t.TempDir(), "w")
		runGit(t, ".", "init", "-q", "--template=", dir)
		randomTree(t, dir, 0, rng)
		if rng.IntN(2) == 0 {
			writeFile(t, filepath.Join(dir, ".git", "info", "exclude"), randomIgnore(rng))
		}
		if rng.IntN(2) == 0 { // track some files, ignored or not, and remove some of them
			tracked := strings.Split(strings.TrimSuffix(runGit(t, dir, "ls-files", "-o", "-z"), "\x00"), "\x00")
			args := []string{"update-index", "--add", "--index-version", fmt.Sprint(2 + 2*rng.IntN(2)), "--"}
			for _, path := range tracked {
				if path != "" && rng.IntN(2) == 0 {
					args = append(args, path)
				}
			}
			runGit(t, dir, args...)
			for _, path := range args[5:] {
				if rng.IntN(6) == 0 {
					os.Remove(filepath.Join(dir, path))
				}
			}
		}
		at := dir
		if sub := filepath.Join(dir, "d"); rng.IntN(2) == 0 && isDirectory(sub) {
			at = sub
		}
		if diff := cmp.Diff(listedByGit(t, at), listed(t, at)); diff != "" {
			out, _ := tryGit(dir, nil, "ls-files", "-s", "-o", "-z")
			t.Fatalf("working tree %d of seed %d, in %s (-git +ours):\n%s\n%q\n%s", i, seed, at, diff, out, dumpIgnores(dir))
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}

func isDirectory(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

func listed(t *testing.T, dir string) []string {
	t.Helper()
	files, err := WorkingFiles(context.Background(), dir, openRepo(t, dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{}
	for _, f := range files {
		paths = append(paths, f.Path)
	}
	return paths
}

func listedByGit(t *testing.T, dir string) []string {
	t.Helper()
	paths := []string{}
	for path := range strings.SplitSeq(runGit(t, dir, "ls-files", "-co", "--exclude-standard", "-z"), "\x00") {
		if _, err := os.Lstat(filepath.Join(dir, path)); err == nil && path != "" {
			paths = append(paths, strings.TrimSuffix(path, "/"))
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func dumpIgnores(dir string) string {
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(path string, _ os.DirEntry, _ error) error {
		if name := filepath.Base(path); name == ".gitignore" || name == "exclude" {
			data, _ := os.ReadFile(path)
			fmt.Fprintf(&b, "%s %q\n", path, data)
		}
		return nil
	})
	return b.String()
}

// TestWorkingFiles lists a tree that has everything a working tree may have.
func TestWorkingFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	initRepo(t, dir, "1")
	for _, path := range []string{"terraform.tfstate", "sub/.terraform/terraform.tfstate", "sub/main.tf", "node_modules/x/terraform.tfstate", "ignored/kept", "x.global", "x.excluded"} {
		writeFile(t, filepath.Join(dir, path), "x")
	}
	writeFile(t, filepath.Join(dir, ".gitignore"), "*.tfstate\n.terraform/\nnode_modules\nignored\n")
	writeFile(t, filepath.Join(dir, ".git/info/exclude"), "*.excluded\n")
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "config/git/ignore"), "*.global\n")
	runGit(t, dir, "add", "-f", "ignored/kept", ".gitignore")
	runGit(t, dir, "rm", "-q", "--cached", "a")
	initRepo(t, filepath.Join(dir, "nested"), "inner")
	initRepo(t, filepath.Join(dir, "module"), "inner")
	runGit(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("12", 20)+",module")
	writeFile(t, filepath.Join(dir, "no-repo/.git/x"), "")
	writeFile(t, filepath.Join(dir, "no-repo/y"), "")
	if err := os.Symlink("sub", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	r := openRepo(t, dir, "HOME="+home, "XDG_CONFIG_HOME="+home+"/config")
	var asked []string
	wanted := func(path string) bool {
		asked = append(asked, path)
		return !strings.HasPrefix(path, "node_modules/") && (strings.HasSuffix(path, "/") || strings.HasSuffix(path, ".tfstate"))
	}
	got, err := WorkingFiles(context.Background(), dir, r, wanted)
	if err != nil {
		t.Fatal(err)
	}
	want := []File{
		{Path: ".gitignore", Mode: ModeRegular, Tracked: true},
		{Path: "a", Mode: ModeRegular},
		{Path: "ignored/kept", Mode: ModeRegular, Tracked: true},
		{Path: "link", Mode: ModeSymlink},
		{Path: "module", Mode: ModeSubmodule, Tracked: true},
		{Path: "nested", Mode: ModeSubmodule},
		{Path: "no-repo/y", Mode: ModeRegular},
		{Path: "sub/.terraform/terraform.tfstate", Mode: ModeRegular, Ignored: true},
		{Path: "sub/main.tf", Mode: ModeRegular},
		{Path: "terraform.tfstate", Mode: ModeRegular, Ignored: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if slices.ContainsFunc(asked, func(path string) bool { return strings.HasPrefix(path, "node_modules/x") }) {
		t.Error("a directory that nobody wants was read")
	}

	got, err = WorkingFiles(context.Background(), filepath.Join(dir, "sub"), r, wanted)
	if err != nil {
		t.Fatal(err)
	}
	want = []File{{Path: ".terraform/terraform.tfstate", Mode: ModeRegular, Ignored: true}, {Path: "main.tf", Mode: ModeRegular}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("of a subdirectory:\n%s", diff)
	}

	if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	got, err = WorkingFiles(context.Background(), dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want = []File{
		{Path: ".gitignore", Mode: ModeRegular},
		{Path: "a", Mode: ModeRegular},
		{Path: "link", Mode: ModeSymlink},
		{Path: "module", Mode: ModeSubmodule},
		{Path: "nested", Mode: ModeSubmodule},
		{Path: "no-repo/y", Mode: ModeRegular},
		{Path: "sub/main.tf", Mode: ModeRegular},
		{Path: "x.excluded", Mode: ModeRegular},
		{Path: "x.global", Mode: ModeRegular},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("without a repository:\n%s", diff)
	}
	if _, err := WorkingFiles(context.Background(), filepath.Join(dir, "absent"), nil, nil); err == nil {
		t.Error("a directory that does not exist is listed")
	}
}
