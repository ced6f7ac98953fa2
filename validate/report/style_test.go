package report

import "testing"

func TestWrapKeepsCommandsWhole(t *testing.T) {
	got := wrap("run `git rm --cached <file>` and `git commit --amend` now", 24)
	want := "run\n`git rm --cached <file>`\nand `git commit --amend`\nnow"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWrapOddBacktick(t *testing.T) {
	if got, want := wrap("a ` b c", 3), "a\n` b c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
