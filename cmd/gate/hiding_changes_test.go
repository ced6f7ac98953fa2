package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPushOfHiddenChanges: in names and modes that change, and in content that
// the repository has had for long.
func TestPushOfHiddenChanges(t *testing.T) {
	pushHidden(t, map[string]hidden{
		"in a subtree that moves as a whole": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, "a/b/"+notes, stateV4)
				g.git(t, "mv", "a", "z")
				g.commit(t)
			},
			where: place{"HEAD", "z/b/" + notes},
		},
		"an old blob under a new name": {
			make: func(t *testing.T, g *guarded) {
				g.unguarded(t, func() {
					g.add(t, notes, stateV4)
					g.git(t, "push", "-q", "origin", "main")
					g.git(t, "rm", "-q", notes)
					g.commit(t)
					g.git(t, "push", "-q", "origin", "main")
				})
				g.add(t, "again.txt", stateV4)
			},
			where: place{"HEAD", "again.txt"},
		},
		"an old blob under its old name": {
			make: func(t *testing.T, g *guarded) {
				g.unguarded(t, func() {
					g.add(t, notes, stateV4)
					g.git(t, "push", "-q", "origin", "main")
					g.git(t, "rm", "-q", notes)
					g.commit(t)
					g.git(t, "push", "-q", "origin", "main")
				})
				g.git(t, "revert", "--no-edit", "HEAD")
			},
			where: place{"HEAD", notes},
		},
		"a harmless blob under a telling name": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, "a.json", "{}")
				g.git(t, "mv", "a.json", "errored.tfstate")
				g.commit(t)
			},
			where: place{"HEAD", "errored.tfstate"},
		},
		"a text that becomes a manifest by its name": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, "notes.txt", plaintextSecret)
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
				g.add(t, "current", "../elsewhere/terraform.tfstate")
				blob := g.git(t, "rev-parse", "HEAD:current")
				g.git(t, "update-index", "--cacheinfo", "120000,"+blob+",current")
				g.git(t, "commit", "-q", "-m", "A change")
			},
			where: place{"HEAD", "current"},
		},
		"a text that becomes a link by its mode, and goes": {
			make: func(t *testing.T, g *guarded) {
				g.add(t, "current", "../elsewhere/terraform.tfstate")
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
				g.add(t, "notes.txt", plaintextSecret)
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
				g.add(t, "run", stateV4)
				g.git(t, "update-index", "--chmod=+x", "run")
				g.git(t, "commit", "-q", "--amend", "-m", "A change")
			},
			where: place{"HEAD", "run"},
		},
		"state of old that is touched": {
			make: func(t *testing.T, g *guarded) {
				g.unguarded(t, func() {
					g.add(t, notes, stateV4)
					g.git(t, "push", "-q", "origin", "main")
				})
				g.add(t, notes, strings.Replace(stateV4, `"serial": 3`, `"serial": 4`, 1))
			},
			where: place{"HEAD", notes},
		},
	})
}
