package main

import (
	"os"
	"path/filepath"
	"testing"
)

func trustRemedies() map[string][]remedyCase {
	return map[string][]remedyCase{
		"trust/unapproved_change": {
			{
				example: "a waiver by somebody else",
				do:      []step{command("git checkout HEAD~ -- <file>"), command("git commit --amend --no-edit")},
			},
			{
				example: "a guarded file, without the signature",
				do: []step{
					adasKey, command("git config gpg.format ssh"), command("git config user.signingKey <key>", "key", "../ada.key"),
					command("git commit --amend --no-edit -S"),
				},
			},
		},
	}
}

// adasKey is what the pusher has: the key that belongs to the one of the example.
func adasKey(t *testing.T, m *mending) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(filepath.Dir(m.work), "ada.key"), []byte("ada"), 0o600); err != nil {
		t.Fatal(err)
	}
}
