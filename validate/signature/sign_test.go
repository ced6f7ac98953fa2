package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"golang.org/x/crypto/ssh"
)

// signer makes a key of some type that signs as ssh-keygen does.
func signer(t testing.TB, kind string) ssh.AlgorithmSigner {
	t.Helper()
	var private crypto.Signer
	var err error
	switch kind {
	case "ed25519":
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case "ecdsa":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, map[string]int{"rsa": 2048, "short rsa": 1024}[kind])
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return s.(ssh.AlgorithmSigner)
}

// line is the public key as allowed_signers has it.
func line(s ssh.Signer) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.PublicKey())))
}

// made is how a signature is made; the zero value is as git has it.
type made struct {
	namespace, hash, algorithm string
	change                     func(*envelope)
}

func signSSH(t testing.TB, s ssh.AlgorithmSigner, payload []byte, how made) []byte {
	t.Helper()
	if how.namespace == "" {
		how.namespace = "git"
	}
	if how.hash == "" {
		how.hash = "sha512"
	}
	if how.algorithm == "" && s.PublicKey().Type() == ssh.KeyAlgoRSA {
		how.algorithm = ssh.KeyAlgoRSASHA512
	}
	var digest []byte
	switch how.hash {
	case "sha256":
		sum := sha256.Sum256(payload)
		digest = sum[:]
	default:
		sum := sha512.Sum512(payload)
		digest = sum[:]
	}
	sig, err := s.SignWithAlgorithm(rand.Reader, ssh.Marshal(signed{magic, how.namespace, "", how.hash, string(digest)}), how.algorithm)
	if err != nil {
		t.Fatal(err)
	}
	e := envelope{magic, 1, string(s.PublicKey().Marshal()), how.namespace, "", how.hash, string(ssh.Marshal(sig))}
	if how.change != nil {
		how.change(&e)
	}
	return armored(ssh.Marshal(e))
}

// armored breaks lines as ssh-keygen does.
func armored(raw []byte) []byte {
	text := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	b.WriteString(beginSSH + "\n")
	for len(text) > 70 {
		b.WriteString(text[:70] + "\n")
		text = text[70:]
	}
	b.WriteString(text + "\n" + endSSH + "\n")
	return []byte(b.String())
}

// pgpKey makes an OpenPGP key at a time, good for some seconds (0: for ever).
func pgpKey(t testing.TB, at time.Time, lifetime uint32) *openpgp.Entity {
	t.Helper()
	e, err := openpgp.NewEntity("Grace", "", "grace@example.com", &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return at }, KeyLifetimeSecs: lifetime,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// public is the armored public key.
func public(t testing.TB, e *openpgp.Entity) string {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err == nil {
		err = e.Serialize(w)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func signPGP(t testing.TB, e *openpgp.Entity, payload []byte, at time.Time) []byte {
	t.Helper()
	var b bytes.Buffer
	config := &packet.Config{Time: func() time.Time { return at }}
	if err := openpgp.ArmoredDetachSign(&b, []*openpgp.Entity{e}, bytes.NewReader(payload), &openpgp.SignParams{Config: config}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
