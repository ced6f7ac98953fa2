package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/config"
)

// TestSignaturesAsGit compares what git, ssh-keygen and gpg say of commits that they
// signed with what the gate says, wherever they are installed. Signatures of its
// own making are in validate/signature and in cmd/gate.
func TestSignaturesAsGit(t *testing.T) {
	makers := map[string]func(t *testing.T, r lakeRepo) (trusted string){}
	if _, err := exec.LookPath("ssh-keygen"); err == nil {
		for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
			makers[kind] = func(t *testing.T, r lakeRepo) string { return sshKeygen(t, r, kind) }
		}
	}
	if _, err := exec.LookPath("gpg"); err == nil {
		for _, kind := range []string{"ed25519", "rsa3072"} {
			makers["openpgp "+kind] = func(t *testing.T, r lakeRepo) string { return gpgKey(t, r, kind) }
		}
	}
	for name, maker := range makers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			key := maker(t, r)
			r.git(t, "commit", "-q", "--allow-empty", "-S", "-m", "A change")
			good := r.git(t, "rev-parse", "HEAD")
			text := r.git(t, "cat-file", "commit", good) + "\n"
			forged := hashCommit(t, r, strings.Replace(text, "A change", "Another", 1))
			other := hashCommit(t, r, strings.Replace(text, "committer ada", "committer eve", 1))
			for what, commit := range map[string]string{"good": good, "forged": forged, "another committer": other} {
				compareWithGit(t, r, what, commit, key)
			}
			if !strings.HasPrefix(name, "openpgp") {
				options := map[string]string{
					"valid":             `namespaces="git",valid-after="20200101",valid-before="29991231" `,
					"too late":          `valid-before="20200101" `,
					"too early":         `valid-after="29991231" `,
					"several namespace": `namespaces="file,git" `,
				}
				for what, option := range options {
					allow(t, r, option+key)
					compareWithGit(t, r, what, good, option+key)
				}
			}
		})
	}
}

// compareWithGit asks both whether a commit is verified.
func compareWithGit(t *testing.T, r lakeRepo, what, commit, key string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "verify-commit", commit)
	cmd.Dir, cmd.Env = r.dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1"}
	said, err := cmd.CombinedOutput()
	c := &Checker{Now: time.Now(), Config: config.Config{Trust: config.Trust{Keys: map[string][]string{
		"ada@example.com": {key}, "eve@example.com": {key},
	}}}}
	by, failed := c.start().answer(r.open(t), hash(t, commit))
	if failed != nil {
		t.Fatal(failed)
	}
	if by.signature == nil || (by.signature.Problem == "") != (err == nil) {
		t.Errorf("%s: the gate says %+v, git %v:\n%s", what, by.signature, err, said)
	}
}

func hashCommit(t *testing.T, r lakeRepo, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "commit")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return r.git(t, "hash-object", "-t", "commit", "-w", file)
}

func sshKeygen(t *testing.T, r lakeRepo, kind string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", kind, "-N", "", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	public, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	r.git(t, "config", "gpg.format", "ssh")
	r.git(t, "config", "user.signingKey", file)
	r.git(t, "config", "gpg.ssh.allowedSignersFile", filepath.Join(r.dir, "signers"))
	allow(t, r, string(public))
	return strings.TrimSpace(string(public))
}

// allow lists a key for git.
func allow(t *testing.T, r lakeRepo, line string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "signers"), []byte("ada@example.com,eve@example.com "+line+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func gpgKey(t *testing.T, r lakeRepo, kind string) string {
	t.Helper()
	gpg := func(program string, args ...string) string {
		cmd := exec.Command(program, args...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %q: %v", program, args, err)
		}
		return string(out)
	}
	if err := os.Mkdir(filepath.Join(r.dir, ".gnupg"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gpg("gpgconf", "--kill", "gpg-agent") })
	gpg("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Ada <ada@example.com>", kind, "sign", "never")
	r.git(t, "config", "user.signingKey", "ada@example.com")
	return gpg("gpg", "--armor", "--export", "ada@example.com")
}
