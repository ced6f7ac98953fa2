package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
)

// Stand-ins for ssh-keygen and gpg, which not every machine has: `git commit -S`
// runs them when gpg.ssh.program and gpg.program say so.

// sshSigner is the key that belongs to a name.
func sshSigner(name string) (ssh.Signer, error) {
	seed := sha256.Sum256([]byte(name))
	return ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
}

// signSSH is `ssh-keygen -Y sign -n git -f KEY FILE`; the key file holds a name.
func signSSH() {
	keyFile, file := os.Args[slices.Index(os.Args, "-f")+1], os.Args[len(os.Args)-1]
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, "sign-ssh:", err)
			os.Exit(1)
		}
	}
	name, err := os.ReadFile(keyFile)
	fail(err)
	text, err := os.ReadFile(file)
	fail(err)
	signer, err := sshSigner(string(name))
	fail(err)
	magic, digest := [6]byte([]byte("SSHSIG")), sha512.Sum512(text)
	sig, err := signer.Sign(rand.Reader, ssh.Marshal(struct {
		Magic                             [6]byte
		Namespace, Reserved, Hash, Digest string
	}{magic, "git", "", "sha512", string(digest[:])}))
	fail(err)
	blob := ssh.Marshal(struct {
		Magic                                  [6]byte
		Version                                uint32
		Key, Namespace, Reserved, Hash, Signed string
	}{magic, 1, string(signer.PublicKey().Marshal()), "git", "", "sha512", string(ssh.Marshal(sig))})
	fail(os.WriteFile(file+".sig", pem.EncodeToMemory(&pem.Block{Type: "SSH SIGNATURE", Bytes: blob}), 0o600))
}

// signPGP is `gpg --status-fd=2 -bsau KEY`; the key is a file.
func signPGP() {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, "sign-pgp:", err)
			os.Exit(1)
		}
	}
	text, err := os.ReadFile(os.Args[len(os.Args)-1])
	fail(err)
	ring, err := openpgp.ReadArmoredKeyRing(bytes.NewReader(text))
	fail(err)
	fail(openpgp.ArmoredDetachSign(os.Stdout, ring, os.Stdin, &openpgp.SignParams{Config: &packet.Config{Time: judged}}))
	fmt.Println()
	fmt.Fprintln(os.Stderr, "[GNUPG:] SIG_CREATED ")
}

// judged is the time that scripts are judged by.
func judged() time.Time { return time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC) }

// sshKey makes NAME.key, with which sign-ssh signs, and NAME_SSH, its public key.
func sshKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sshkey NAME")
	}
	signer, err := sshSigner(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".key"), []byte(args[0]), 0o600))
	ts.Setenv(args[0]+"_SSH", strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))))
}

// pgpKey makes NAME.key, with which sign-pgp signs, and NAME_PGP, its public key
// as a string of YAML.
func pgpKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: pgpkey NAME")
	}
	entity, err := openpgp.NewEntity(args[0], "", "", &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return judged().AddDate(-1, 0, 0) },
	})
	ts.Check(err)
	encode := func(kind string, serialize func(w *bytes.Buffer) error) string {
		var raw, text bytes.Buffer
		ts.Check(serialize(&raw))
		w, err := armor.Encode(&text, kind, nil)
		ts.Check(err)
		_, err = raw.WriteTo(w)
		ts.Check(err)
		ts.Check(w.Close())
		return text.String()
	}
	private := encode(openpgp.PrivateKeyType, func(w *bytes.Buffer) error { return entity.SerializePrivateWithoutSigning(w, nil) })
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".key"), []byte(private), 0o600))
	ts.Setenv(args[0]+"_PGP", strconv.Quote(encode(openpgp.PublicKeyType, func(w *bytes.Buffer) error { return entity.Serialize(w) })))
}

// expandFile copies a file and replaces variables: expand FROM TO.
func expandFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: expand FROM TO")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(os.Expand(ts.ReadFile(args[0]), ts.Getenv)), 0o644))
}

// forge replaces a text in the last commit and keeps its signature: forge OLD NEW.
func forge(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: forge OLD NEW")
	}
	git := func(stdin string, args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Stdin = ts.MkAbs("."), strings.NewReader(stdin)
		out, err := cmd.Output()
		ts.Check(err)
		return string(out)
	}
	text := strings.Replace(git("", "cat-file", "commit", "HEAD"), args[0], args[1], 1)
	git("", "reset", "-q", "--soft", strings.TrimSpace(git(text, "hash-object", "-t", "commit", "-w", "--stdin")))
}
