package main

import (
	"cmp"
	"strings"
	"testing"
)

// hidden is something that hides in the shape of a history.
type hidden struct {
	make  func(t *testing.T, g *guarded) // leaves HEAD where it is to be pushed
	ref   string                         // what is pushed; HEAD:main when empty
	rule  string                         // state/committed when empty
	where place
}

// pushHidden pushes each; all are refused, and the pusher is told commit and path.
func pushHidden(t *testing.T, table map[string]hidden) {
	t.Helper()
	for name, h := range table {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t)
			h.make(t, g)
			v := g.push(t, cmp.Or(h.ref, "HEAD:main"))
			g.refused(t, v, cmp.Or(h.rule, "state/committed"), h.where)
		})
	}
}

// notes is a name that says nothing.
const notes = "notes.json"

// add commits one file.
func (g *guarded) add(t *testing.T, path, content string) {
	t.Helper()
	g.write(t, path, content)
	g.commit(t)
}

// branch begins a branch at what the server has and commits a file of its name.
func (g *guarded) branch(t *testing.T, name string) {
	t.Helper()
	g.git(t, "checkout", "-q", "-b", name, "origin/main")
	g.add(t, name+".txt", name)
}

// TestPushOfHiddenHistory: in commits that are undone, merges, and refs.
func TestPushOfHiddenHistory(t *testing.T) {
	pushHidden(t, map[string]hidden{
		"added and deleted again": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, notes, stateV4)
				g.git(t, "rm", "-q", notes)
				g.commit(t)
			},
			where: place{"HEAD~", notes},
		},
		"added and overwritten": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, notes, stateV4)
				g.add(t, notes, "{}")
			},
			where: place{"HEAD~", notes},
		},
		"reverted": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, notes, stateV4)
				g.git(t, "revert", "--no-edit", "HEAD")
			},
			where: place{"HEAD~", notes},
		},
		"on a side branch that is merged away": {
			make: func(t *testing.T, g *guarded) {
				g.branch(t, "side")
				g.add(t, notes, stateV4)
				g.git(t, "checkout", "-q", "main")
				g.add(t, "main.txt", "main")
				g.git(t, "merge", "-q", "-s", "ours", "side")
			},
			where: place{"side", notes},
		},
		"only in a merge": {
			make: func(t *testing.T, g *guarded) {
				g.branch(t, "side")
				g.git(t, "push", "-q", "origin", "side")
				g.git(t, "checkout", "-q", "main")
				g.add(t, "main.txt", "main")
				g.git(t, "push", "-q", "origin", "main")
				g.git(t, "merge", "-q", "--no-commit", "side")
				g.write(t, notes, stateV4)
				g.commit(t)
			},
			where: place{"HEAD", notes},
		},
		"in a merge, in a file that both sides have": {
			make: func(t *testing.T, g *guarded) {
				g.branch(t, "side")
				g.git(t, "checkout", "-q", "main")
				g.add(t, "main.txt", "main")
				g.git(t, "merge", "-q", "--no-commit", "side")
				g.write(t, "README.md", stateV4)
				g.commit(t)
			},
			where: place{"HEAD", "README.md"},
		},
		"in an octopus": {
			make: func(t *testing.T, g *guarded) {
				g.branch(t, "one")
				g.branch(t, "two")
				g.branch(t, "three")
				g.git(t, "checkout", "-q", "main")
				g.git(t, "merge", "-q", "--no-commit", "one", "two", "three")
				g.write(t, notes, stateV4)
				g.commit(t)
			},
			where: place{"HEAD", notes},
		},
		"in one branch of an octopus": {
			make: func(t *testing.T, g *guarded) {
				g.branch(t, "one")
				g.branch(t, "two")
				g.add(t, notes, stateV4)
				g.git(t, "rm", "-q", notes)
				g.commit(t)
				g.branch(t, "three")
				g.git(t, "checkout", "-q", "main")
				g.git(t, "merge", "-q", "one", "two", "three")
			},
			where: place{"two~", notes},
		},
		"on a new branch": {
			make: func(t *testing.T, g *guarded) { g.add(t, notes, stateV4) },
			ref:  "HEAD:refs/heads/topic", where: place{"HEAD", notes},
		},
		"on a branch without a common past": {
			make: func(t *testing.T, g *guarded) {
				g.git(t, "checkout", "-q", "--orphan", "other")
				g.add(t, notes, stateV4)
			},
			ref: "other", where: place{"HEAD", notes},
		},
		"in a second root that is merged": {
			make: func(t *testing.T, g *guarded) {
				g.git(t, "checkout", "-q", "--orphan", "other")
				g.add(t, notes, stateV4)
				g.git(t, "checkout", "-q", "main")
				g.git(t, "merge", "-q", "-s", "ours", "--allow-unrelated-histories", "other")
			},
			where: place{"other", notes},
		},
		"under a new tag": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, notes, stateV4)
				g.git(t, "tag", "v1")
			},
			ref: "v1", where: place{"HEAD", notes},
		},
		"under an annotated tag": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, notes, stateV4)
				g.git(t, "tag", "-a", "-m", "x", "v1")
			},
			ref: "v1", where: place{"HEAD", notes},
		},
		"an old commit of another branch": {
			make: func(t *testing.T, g *guarded) {
				g.unguarded(t, func() {
					g.branch(t, "side")
					g.add(t, notes, stateV4)
					g.git(t, "push", "-q", "origin", "side")
				})
			},
			where: place{"HEAD", notes},
		},
	})
}

// TestPushOfTaggedObjects pushes tags on what is no commit: the tag stands for
// the path, or the path in the tree is told.
func TestPushOfTaggedObjects(t *testing.T) {
	g := newGuarded(t)
	g.write(t, "a/notes.json", stateV4)
	g.commit(t)
	g.git(t, "tag", "light", "HEAD:a/notes.json")
	g.git(t, "tag", "-a", "-m", "x", "heavy", "HEAD:a/notes.json")
	g.git(t, "tag", "-a", "-m", "x", "heavier", "heavy")
	g.git(t, "tag", "lighttree", "HEAD:a")
	g.git(t, "tag", "-a", "-m", "x", "heavytree", "HEAD^{tree}")
	for tag, path := range map[string]string{
		"light": "refs/tags/light", "heavy": "refs/tags/heavy", "heavier": "refs/tags/heavier", "lighttree": "notes.json", "heavytree": "a/notes.json",
	} {
		v := g.push(t, tag)
		if v.accepted || !strings.Contains(v.message, "  "+path+":") {
			t.Errorf("%s: accepted %t, want %s in\n%s", tag, v.accepted, path, v.message)
		}
	}
}
