package repo

import (
	"path/filepath"
	"testing"
)

// TestIgnorePatterns asks git, too, about patterns that random ones seldom hit.
func TestIgnorePatterns(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	runGit(t, ".", "init", "-q", dir)
	tests := []struct {
		patterns, path string
		want           bool
	}{
		{"**/*a/b", "x/zz/ya/b", true},
		{"**/*a/b", "x/zz/ya/c", false},
		{"x/**/*.tf*/z", "x/a/b.tf/c/d.tfvars/z", true},
		{"*.tfstate.*.backup", "terraform.tfstate.1700000000.backup", true},
		{"/*.tfstate", "sub/terraform.tfstate", false},
		{"a/*/b*c", "a/x/bxxc", true},
		{"a/*/b*c", "a/x/y/bc", false},
		{"a/**", "a/b/c", true},
		{"a/**", "b/a/c", false},
		{"**/a/**/b", "a/b", true},
		{"a**/b", "a/x/b", true}, // git matches what follows the literal "a" as "**/b"
		{"x[!/]y", "x/y", false},
		{"x?y", "x/y", false},
		{"[[:upper:]][^[:digit:]]*", "AB9", true},
		{"[[:upper:]][^[:digit:]]*", "A99", false},
		{"[[:nonsense:]]", "a", false},
		{"[]-a]", "^", true},
		{"[a-c-e]", "-", true},
		{"[\\a-\\c]", "b", true},
		{"\\", "\\", false},
		{"a\\", "a", false},
		{"*\n!*.keep\n", "x.keep", false},
		{"dir/\n!dir/x\n", "dir/x", true},
		{"  ", "  ", false},
		{"x\\ ", "x ", true},
		{"x\\\\ ", "x\\", true},
		{"\\!important", "!important", true},
		{"#comment", "#comment", false},
	}
	for _, test := range tests {
		writeFile(t, filepath.Join(dir, ".gitignore"), test.patterns)
		_, err := tryGit(dir, nil, "check-ignore", "-q", "--no-index", "--", test.path)
		lists := []ignoreList{readIgnoreFile(filepath.Join(dir, ".gitignore"), "", false)}
		got := ignored(lists, test.path, false)
		for i, c := range test.path {
			got = got || c == '/' && ignored(lists, test.path[:i], true)
		}
		if git := err == nil; got != test.want || git != test.want {
			t.Errorf("%q on %q: ignored %t, by git %t, want %t", test.patterns, test.path, got, git, test.want)
		}
	}
}
