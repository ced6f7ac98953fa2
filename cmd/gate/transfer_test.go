package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestPushOfManyAndFew: git keeps up to 100 pushed objects as files, more as one
// pack; a server can also borrow objects from another. What is judged is the same.
func TestPushOfManyAndFew(t *testing.T) {
	for name, c := range map[string]struct {
		files int
		setup func(t *testing.T, g *guarded)
	}{
		"few, as files":         {files: 3},
		"many, as one pack":     {files: 300},
		"few, as a pack":        {files: 3, setup: func(t *testing.T, g *guarded) { g.in(t, g.bare, "config", "receive.unpackLimit", "1") }},
		"many, as files":        {files: 300, setup: func(t *testing.T, g *guarded) { g.in(t, g.bare, "config", "receive.unpackLimit", "10000") }},
		"onto a packed server":  {files: 3, setup: func(t *testing.T, g *guarded) { g.in(t, g.bare, "gc", "-q") }},
		"with connected deltas": {files: 300, setup: func(t *testing.T, g *guarded) { g.in(t, g.bare, "repack", "-adq") }},
		"onto a fork": {files: 3, setup: func(t *testing.T, g *guarded) {
			fork := g.bare + ".fork"
			g.in(t, g.bare, "clone", "-q", "--bare", "--shared", g.bare, fork)
			if err := writeHook(fork); err != nil {
				t.Fatal(err)
			}
			g.git(t, "remote", "set-url", "origin", fork)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t)
			if c.setup != nil {
				c.setup(t, g)
			}
			for i := range c.files {
				g.write(t, fmt.Sprintf("files/%d.txt", i), strings.Repeat(fmt.Sprintf("A line of file %d.\n", i), 20))
			}
			g.commit(t)
			g.passes(t, "harmless files", "main")
			for i := range c.files {
				g.write(t, fmt.Sprintf("files/%d.txt", i), strings.Repeat(fmt.Sprintf("A line of file %d.\n", i), 19)+"And the last.\n")
			}
			g.commit(t)
			g.write(t, "files/notes.txt", stateV4)
			g.commit(t)
			g.git(t, "rm", "-q", "files/notes.txt")
			g.commit(t)
			g.refused(t, g.push(t, "main"), "state/committed", place{"HEAD~", "files/notes.txt"})
		})
	}
}

// TestConcurrentPushes: pushes to one repository at one time are each judged by
// what they bring, and by nothing of the others.
func TestConcurrentPushes(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	const pushers = 8
	type outcome struct {
		accepted bool
		output   string
	}
	outcomes := make([]outcome, pushers)
	clones := make([]string, pushers)
	for i := range pushers {
		clones[i] = filepath.Join(filepath.Dir(g.work), fmt.Sprintf("clone%d", i))
		g.in(t, g.work, "clone", "-q", g.bare, clones[i])
		content := fmt.Sprintf("harmless %d\n", i)
		if i%2 == 1 {
			content = strings.Replace(stateV4, `"serial": 3`, fmt.Sprintf(`"serial": %d`, 100+i), 1)
		}
		if err := os.WriteFile(filepath.Join(clones[i], fmt.Sprintf("file%d", i)), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		g.in(t, clones[i], "add", "-A")
		g.in(t, clones[i], "commit", "-q", "-m", "A change")
	}
	var all sync.WaitGroup
	for i := range pushers {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), "git", "push", "-q", "origin", fmt.Sprintf("HEAD:refs/heads/topic%d", i))
			cmd.Dir, cmd.Env = clones[i], g.env
			out, err := cmd.CombinedOutput()
			outcomes[i] = outcome{err == nil, string(out)}
		})
	}
	all.Wait()
	for i, o := range outcomes {
		if bad := i%2 == 1; o.accepted == bad {
			t.Errorf("pusher %d: accepted %t:\n%s", i, o.accepted, o.output)
		}
		for j := range pushers {
			if named := strings.Contains(o.output, fmt.Sprintf("  file%d:", j)); named != (i == j && i%2 == 1) {
				t.Errorf("pusher %d: file%d named: %t\n%s", i, j, named, o.output)
			}
		}
	}
}
