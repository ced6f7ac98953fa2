package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPushOfHiddenHistory pushes what hides in the shape of the history and not
// in a file: each is refused, and the pusher is told commit and path.
func TestPushOfHiddenHistory(t *testing.T) {
	const notes = "notes.json"
	add := func(t *testing.T, g *guarded, path, content string) {
		t.Helper()
		g.write(t, path, content)
		g.commit(t)
	}
	branch := func(t *testing.T, g *guarded, name string) {
		t.Helper()
		g.git(t, "checkout", "-q", "-b", name, "origin/main")
		add(t, g, name+".txt", name)
	}
	for name, c := range map[string]struct {
		make  func(t *testing.T, g *guarded) // leaves HEAD where it is to be pushed
		ref   string                         // what is pushed; HEAD:main when empty
		rule  string                         // state/committed when empty
		where place
	}{
		"added and deleted again": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, notes, stateV4)
				g.git(t, "rm", "-q", notes)
				g.commit(t)
			},
			where: place{"HEAD~", notes},
		},
		"added and overwritten": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, notes, stateV4)
				add(t, g, notes, "{}")
			},
			where: place{"HEAD~", notes},
		},
		"reverted": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, notes, stateV4)
				g.git(t, "revert", "--no-edit", "HEAD")
			},
			where: place{"HEAD~", notes},
		},
		"on a side branch that is merged away": {
			make: func(t *testing.T, g *guarded) {
				branch(t, g, "side")
				add(t, g, notes, stateV4)
				g.git(t, "checkout", "-q", "main")
				add(t, g, "main.txt", "main")
				g.git(t, "merge", "-q", "-s", "ours", "side")
			},
			where: place{"side", notes},
		},
		"only in a merge": {
			make: func(t *testing.T, g *guarded) {
				branch(t, g, "side")
				g.git(t, "push", "-q", "origin", "side")
				g.git(t, "checkout", "-q", "main")
				add(t, g, "main.txt", "main")
				g.git(t, "push", "-q", "origin", "main")
				g.git(t, "merge", "-q", "--no-commit", "side")
				g.write(t, notes, stateV4)
				g.commit(t)
			},
			where: place{"HEAD", notes},
		},
		"in a merge, in a file that both sides have": {
			make: func(t *testing.T, g *guarded) {
				branch(t, g, "side")
				g.git(t, "checkout", "-q", "main")
				add(t, g, "main.txt", "main")
				g.git(t, "merge", "-q", "--no-commit", "side")
				g.write(t, "README.md", stateV4)
				g.commit(t)
			},
			where: place{"HEAD", "README.md"},
		},
		"in an octopus": {
			make: func(t *testing.T, g *guarded) {
				branch(t, g, "one")
				branch(t, g, "two")
				branch(t, g, "three")
				g.git(t, "checkout", "-q", "main")
				g.git(t, "merge", "-q", "--no-commit", "one", "two", "three")
				g.write(t, notes, stateV4)
				g.commit(t)
			},
			where: place{"HEAD", notes},
		},
		"in one branch of an octopus": {
			make: func(t *testing.T, g *guarded) {
				branch(t, g, "one")
				branch(t, g, "two")
				add(t, g, notes, stateV4)
				g.git(t, "rm", "-q", notes)
				g.commit(t)
				branch(t, g, "three")
				g.git(t, "checkout", "-q", "main")
				g.git(t, "merge", "-q", "one", "two", "three")
			},
			where: place{"two~", notes},
		},
		"on a new branch": {
			make: func(t *testing.T, g *guarded) { add(t, g, notes, stateV4) },
			ref:  "HEAD:refs/heads/topic", where: place{"HEAD", notes},
		},
		"on a branch without a common past": {
			make: func(t *testing.T, g *guarded) {
				g.git(t, "checkout", "-q", "--orphan", "other")
				add(t, g, notes, stateV4)
			},
			ref: "other", where: place{"HEAD", notes},
		},
		"in a second root that is merged": {
			make: func(t *testing.T, g *guarded) {
				g.git(t, "checkout", "-q", "--orphan", "other")
				add(t, g, notes, stateV4)
				g.git(t, "checkout", "-q", "main")
				g.git(t, "merge", "-q", "-s", "ours", "--allow-unrelated-histories", "other")
			},
			where: place{"other", notes},
		},
		"under a new tag": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, notes, stateV4)
				g.git(t, "tag", "v1")
			},
			ref: "v1", where: place{"HEAD", notes},
		},
		"under an annotated tag": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, notes, stateV4)
				g.git(t, "tag", "-a", "-m", "x", "v1")
			},
			ref: "v1", where: place{"HEAD", notes},
		},
		"in a subtree that moves as a whole": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, "a/b/"+notes, stateV4)
				g.git(t, "mv", "a", "z")
				g.commit(t)
			},
			where: place{"HEAD", "z/b/" + notes},
		},
		"an old blob under a new name": {
			make: func(t *testing.T, g *guarded) {
				g.unguarded(t, func() {
					add(t, g, notes, stateV4)
					g.git(t, "push", "-q", "origin", "main")
					g.git(t, "rm", "-q", notes)
					g.commit(t)
					g.git(t, "push", "-q", "origin", "main")
				})
				add(t, g, "again.txt", stateV4)
			},
			where: place{"HEAD", "again.txt"},
		},
		"an old blob under its old name": {
			make: func(t *testing.T, g *guarded) {
				g.unguarded(t, func() {
					add(t, g, notes, stateV4)
					g.git(t, "push", "-q", "origin", "main")
					g.git(t, "rm", "-q", notes)
					g.commit(t)
					g.git(t, "push", "-q", "origin", "main")
				})
				g.git(t, "revert", "--no-edit", "HEAD")
			},
			where: place{"HEAD", notes},
		},
		"an old commit of another branch": {
			make: func(t *testing.T, g *guarded) {
				g.unguarded(t, func() {
					branch(t, g, "side")
					add(t, g, notes, stateV4)
					g.git(t, "push", "-q", "origin", "side")
				})
			},
			where: place{"HEAD", notes},
		},
		"a harmless blob under a telling name": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, "a.json", "{}")
				g.git(t, "mv", "a.json", "errored.tfstate")
				g.commit(t)
			},
			where: place{"HEAD", "errored.tfstate"},
		},
		"a text that becomes a manifest by its name": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, "notes.txt", plaintextSecret)
				g.git(t, "mv", "notes.txt", "secret.yaml")
				g.commit(t)
			},
			rule: "secrets/plaintext_manifest", where: place{"HEAD", "secret.yaml"},
		},
		"a link to state": {
			make: func(t *testing.T, g *guarded) {
				if err := os.Symlink("../elsewhere/terraform.tfstate", filepath.Join(g.work, "current")); err != nil {
					t.Fatal(err)
				}
				g.commit(t)
			},
			where: place{"HEAD", "current"},
		},
		"a text that becomes a link by its mode": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, "current", "../elsewhere/terraform.tfstate")
				blob := g.git(t, "rev-parse", "HEAD:current")
				g.git(t, "update-index", "--cacheinfo", "120000,"+blob+",current")
				g.git(t, "commit", "-q", "-m", "A change")
			},
			where: place{"HEAD", "current"},
		},
		"a text that becomes a link by its mode, and goes": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, "current", "../elsewhere/terraform.tfstate")
				blob := g.git(t, "rev-parse", "HEAD:current")
				g.git(t, "update-index", "--cacheinfo", "120000,"+blob+",current")
				g.git(t, "commit", "-q", "-m", "A change")
				g.git(t, "rm", "-qf", "current")
				g.commit(t)
			},
			where: place{"HEAD~", "current"},
		},
		"a text that becomes a manifest by its name, and goes": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, "notes.txt", plaintextSecret)
				g.git(t, "mv", "notes.txt", "secret.yaml")
				g.commit(t)
				g.git(t, "rm", "-q", "secret.yaml")
				g.commit(t)
			},
			rule: "secrets/plaintext_manifest", where: place{"HEAD~", "secret.yaml"},
		},
		"a link that becomes a file by its mode": {
			make: func(t *testing.T, g *guarded) {
				text := strings.Join(strings.Fields(stateV4), "")
				if err := os.Symlink(text, filepath.Join(g.work, "current")); err != nil {
					t.Fatal(err)
				}
				g.commit(t)
				blob := g.git(t, "rev-parse", "HEAD:current")
				g.git(t, "update-index", "--cacheinfo", "100644,"+blob+",current")
				g.git(t, "commit", "-q", "-m", "A change")
			},
			where: place{"HEAD", "current"},
		},
		"an executable": {
			make: func(t *testing.T, g *guarded) {
				add(t, g, "run", stateV4)
				g.git(t, "update-index", "--chmod=+x", "run")
				g.git(t, "commit", "-q", "--amend", "-m", "A change")
			},
			where: place{"HEAD", "run"},
		},
		"state of old that is touched": {
			make: func(t *testing.T, g *guarded) {
				g.unguarded(t, func() {
					add(t, g, notes, stateV4)
					g.git(t, "push", "-q", "origin", "main")
				})
				add(t, g, notes, strings.Replace(stateV4, `"serial": 3`, `"serial": 4`, 1))
			},
			where: place{"HEAD", notes},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t)
			c.make(t, g)
			if c.ref == "" {
				c.ref = "HEAD:main"
			}
			if c.rule == "" {
				c.rule = "state/committed"
			}
			g.refused(t, g.push(t, c.ref), c.rule, c.where)
		})
	}
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
