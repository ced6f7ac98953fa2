package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestHostileNames pushes state under names that would do something to a terminal
// or a parser. Every format names the file, and none lets the bytes through.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	names := map[string]string{ // and how people see them
		"esc\x1b[31mred.json":    `esc\x1b[31mred.json`,
		"line\nbreak.json":       `line\nbreak.json`,
		"return\rback.json":      `return\rback.json`,
		"tab\tbell\a.json":       `tab\tbell\x07.json`,
		"latin\xe9.json":         `latin\xe9.json`,
		"right\u202eleft.json":   `right\u202eleft.json`,
		"quote\".json":           `quote".json`,
		"back\\slash.json":       `back\slash.json`,
		"..dots...json":          `..dots...json`,
		"::error file=x::y.json": `::error file=x::y.json`,
		"<b>&amp;]]>.json":       `<b>&amp;]]>.json`,
		" blank .json":           ` blank .json`,
	}
	blob := g.hash(t, "blob", stateV4)
	commit := func(names []string) string {
		var tree strings.Builder
		for _, name := range names {
			tree.WriteString("100644 blob " + blob + "\t" + name + "\x00")
		}
		return g.git(t, "commit-tree", "-m", "Odd names", g.feed(t, tree.String(), "mktree", "-z"))
	}
	all := slices.Sorted(maps.Keys(names))
	g.git(t, "update-ref", "refs/heads/odd", commit(all))
	g.git(t, "symbolic-ref", "HEAD", "refs/heads/odd")
	for some := range slices.Chunk(all, 5) { // more are not shown one by one
		v := g.push(t, commit(some)+":refs/heads/odd")
		if v.accepted {
			t.Fatal("accepted")
		}
		for _, name := range some {
			if !strings.Contains(v.message, "\n  "+names[name]+":1:1\n") {
				t.Errorf("%q is not shown as %s:\n%s", name, names[name], v.message)
			}
		}
	}
	for _, format := range []string{"text", "table", "json", "sarif", "junit", "github", "gitlab", "tap"} {
		o := runGate(t, g.work, "check", "--history", "--format", format)
		if o.code != 1 {
			t.Errorf("%s: exit code %d, want 1: %s", format, o.code, o.stderr)
		}
		for _, r := range o.stdout {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || r == '\u202e') {
				t.Errorf("%s lets %U through", format, r)
			}
		}
		if !utf8.ValidString(o.stdout) {
			t.Errorf("%s is not UTF-8", format)
		}
		switch format {
		case "json", "sarif", "gitlab":
			if !json.Valid([]byte(o.stdout)) {
				t.Errorf("%s is not JSON", format)
			}
		case "junit":
			for d := xml.NewDecoder(strings.NewReader(o.stdout)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("junit: %v", err)
				}
			}
		case "github":
			if got := strings.Count(o.stdout, "\n::error "); got+1 != len(names) {
				t.Errorf("github: %d commands, want %d:\n%s", got+1, len(names), o.stdout)
			}
		}
	}
}

// TestHostileTrees pushes trees that no git would write. They are judged or
// refused, and nothing outside the repository is touched.
func TestHostileTrees(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{
		"two dots":         "..",
		"dot git":          ".git",
		"a slash":          "a/b",
		"up and away":      "../../../etc/passwd",
		"nothing":          "",
		"a very long name": strings.Repeat("x", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t)
			id := g.hash(t, "blob", stateV4)
			raw := make([]byte, 20)
			for i := range raw {
				raw[i] = unhex(id[2*i])<<4 | unhex(id[2*i+1])
			}
			root := g.feed(t, "100644 "+entry+"\x00"+string(raw), "hash-object", "-w", "-t", "tree", "--literally", "--stdin")
			commit := g.git(t, "commit-tree", "-m", "A tree", root)
			o := runGate(t, g.work, "check", "--history", commit)
			if o.code != 1 && o.code != 3 {
				t.Errorf("exit code %d, want 1 or 3:\n%s%s", o.code, o.stdout, o.stderr)
			}
			if !strings.Contains(o.stdout, "must not be committed") && !strings.Contains(o.stderr, root) {
				t.Errorf("neither the state nor the tree %s is named:\n%s%s", root, o.stdout, o.stderr)
			}
		})
	}
}

func unhex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// hash writes an object and returns its id.
func (g *guarded) hash(t *testing.T, kind, content string) string {
	t.Helper()
	return g.feed(t, content, "hash-object", "-w", "-t", kind, "--stdin")
}

// feed runs git with something on standard input and returns what it prints.
func (g *guarded) feed(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = g.work, g.env, strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}
