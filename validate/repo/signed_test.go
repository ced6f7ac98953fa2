package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// verifier stands in for ssh-keygen: it keeps what git gives it to verify.
const verifier = `#!/bin/sh
for arg; do
	[ "$last" = -s ] && cp "$arg" "$KEEP/signature"
	last=$arg
done
case "$*" in
*find-principals*) echo anybody ;;
*) cat > "$KEEP/payload" && echo 'Good "git" signature for anybody with KEY key x' ;;
esac
`

const people = "author A U Thor <author@example.com> 1700000000 +0100\ncommitter C O Mitter <committer@example.com> 1700000100 +0100\n"

// TestSignedAsGit takes signature and payload out of commits, odd ones too, as git
// does.
func TestSignedAsGit(t *testing.T) {
	dir := t.TempDir()
	initRepo(t, dir, "one\n")
	tree := strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD^{tree}"))
	program := filepath.Join(t.TempDir(), "verifier")
	if err := os.WriteFile(program, []byte(verifier), 0o755); err != nil {
		t.Fatal(err)
	}
	const signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\n"
	for name, headers := range map[string]string{
		"last":                 people + signature,
		"before another":       people + signature + "encoding ISO-8859-1\n",
		"between people":       strings.Replace(people, "committer", signature+"committer", 1),
		"twice":                people + signature + signature,
		"twice, apart":         people + signature + "x y\n" + signature,
		"another hash's":       people + "gpgsig-sha256 -----BEGIN\n BBBB\n" + signature,
		"another hash's after": people + signature + "gpgsig-sha256 BBBB\n CCCC\nx y\n",
		"a longer name":        people + "gpgsigned x\n y\n" + signature,
		"in a merged tag":      people + "mergetag object " + tree + "\n gpgsig DDDD\n x\n" + signature,
		"of empty lines":       people + "gpgsig -----BEGIN SSH SIGNATURE-----\n \n AAAA\n -----END SSH SIGNATURE-----\n",
	} {
		for message, text := range map[string]string{"": "\nA change\n", " and in the message": "\nA change\n\n" + signature + "x\n"} {
			t.Run(name+message, func(t *testing.T) {
				commit := "tree " + tree + "\n" + headers + text
				id := strings.TrimSpace(hashObject(t, dir, commit))
				kept := t.TempDir()
				_, err := gitWith(dir, []string{"KEEP=" + kept}, nil, "-c", "gpg.ssh.program="+program, "-c", "gpg.ssh.allowedSignersFile=/dev/null", "verify-commit", id)
				if err != nil {
					t.Fatal(err)
				}
				want := [2]string{readFile(t, filepath.Join(kept, "payload")), readFile(t, filepath.Join(kept, "signature"))}
				got, err := openRepo(t, dir).Signed(mustHash(t, id))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, [2]string{string(got.Payload), string(got.Signature)}); diff != "" {
					t.Errorf("payload and signature (-git +ours):\n%s", diff)
				}
			})
		}
	}
}

// hashObject writes an object as it is, without git's checks.
func hashObject(t *testing.T, dir, text string) string {
	t.Helper()
	out, err := tryGit(dir, []byte(text), "hash-object", "-t", "commit", "-w", "--stdin", "--literally")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestSigned reads who made a commit, as git shows it.
func TestSigned(t *testing.T) {
	dir := t.TempDir()
	initRepo(t, dir, "one\n")
	tree := strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD^{tree}"))
	made := time.Unix(1700000100, 0).UTC()
	for name, c := range map[string]struct {
		headers string
		want    Signed
	}{
		"plain": {people, Signed{Author: Person{"A U Thor", "author@example.com"}, Committer: Person{"C O Mitter", "committer@example.com"}, Made: made}},
		"odd": {
			"author  <> 1 +0000\ncommitter A <B> <ada@example.com> 1700000100 +0000\n",
			Signed{Author: Person{}, Committer: Person{"A", "B"}, Made: made},
		},
	} {
		text := "tree " + tree + "\n" + c.headers + "\nA change\n"
		id := strings.TrimSpace(hashObject(t, dir, text))
		got, err := openRepo(t, dir).Signed(mustHash(t, id))
		if err != nil {
			t.Fatal(err)
		}
		c.want.Payload = []byte(text)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		shown := strings.Split(strings.TrimSpace(runGit(t, dir, "log", "-1", "--format=%cn%x00%ce", id)), "\x00")
		if shown[0] != got.Committer.Name || shown[1] != got.Committer.Email {
			t.Errorf("%s: git shows committer %q, we %+v", name, shown, got.Committer)
		}
	}
	for name, headers := range map[string]string{"no committer": "author A <a@b> 1 +0000\n", "nobody": "", "two": people + "committer Ada <ada@example.com> 1 +0000\n"} {
		id := strings.TrimSpace(hashObject(t, dir, "tree "+tree+"\n"+headers+"\nA change\n"))
		if got, err := openRepo(t, dir).Signed(mustHash(t, id)); err == nil {
			t.Errorf("%s: %+v, want an error", name, got)
		}
	}
}

// TestTarget follows symbolic references to the name that a push moves.
func TestTarget(t *testing.T) {
	dir := t.TempDir()
	initRepo(t, dir, "one\n")
	runGit(t, dir, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
	runGit(t, dir, "symbolic-ref", "refs/heads/dangling", "refs/heads/none")
	runGit(t, dir, "symbolic-ref", "refs/heads/loop", "refs/heads/loop2")
	runGit(t, dir, "symbolic-ref", "refs/heads/loop2", "refs/heads/loop")
	r := openRepo(t, dir)
	for name, want := range map[string]string{
		"HEAD": "refs/heads/main", "refs/heads/alias": "refs/heads/main", "refs/heads/main": "refs/heads/main",
		"refs/heads/dangling": "refs/heads/none", "refs/heads/none": "refs/heads/none",
	} {
		if got, err := r.Target(name); got != want || err != nil {
			t.Errorf("Target(%s) = %s, %v; want %s", name, got, err, want)
		}
	}
	if got, err := r.Target("refs/heads/loop"); err == nil {
		t.Errorf("a loop leads to %s", got)
	}
}
