package signature

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	beginSSH = "-----BEGIN SSH SIGNATURE-----"
	endSSH   = "-----END SSH SIGNATURE-----"

	// namespace is what git signs under, so that a signature for something else
	// never passes for one on a commit.
	namespace = "git"
)

// envelope is a signature as OpenSSH's PROTOCOL.sshsig describes it.
type envelope struct {
	Magic     [6]byte
	Version   uint32
	PublicKey string
	Namespace string
	Reserved  string
	Hash      string
	Signature string
}

// signed is what the key signs: never the text itself.
type signed struct {
	Magic     [6]byte
	Namespace string
	Reserved  string
	Hash      string
	Digest    string
}

var magic = [6]byte{'S', 'S', 'H', 'S', 'I', 'G'}

func verifySSH(payload, armored []byte, keys []Key, made, now time.Time) Result {
	r := Result{Format: "ssh"}
	sig, err := readSSH(armored)
	if err != nil {
		r.Problem = "cannot be read: " + err.Error()
		return r
	}
	sum := sha256.Sum256([]byte(sig.PublicKey))
	r.Key = "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:]) // what ssh.FingerprintSHA256 gives for a key that parses
	r.Problem = otherKey
	for _, key := range keys {
		if key.ssh == nil || string(key.ssh.Marshal()) != sig.PublicKey {
			continue
		}
		if r.Problem = key.problem(payload, sig, made, now); r.Problem == "" {
			break
		}
	}
	return r
}

func readSSH(armored []byte) (envelope, error) {
	var sig envelope
	text, ok := bytes.CutPrefix(bytes.ReplaceAll(armored, []byte("\r\n"), []byte("\n")), []byte(beginSSH+"\n"))
	if !ok {
		return sig, errors.New("no armor")
	}
	text, ok = bytes.CutSuffix(bytes.TrimRight(text, "\n"), []byte(endSSH))
	if !ok {
		return sig, errors.New("the armor has no end")
	}
	raw, err := base64.StdEncoding.DecodeString(string(text)) // which skips line ends
	if err != nil {
		return sig, errors.New("the armor is no base64")
	}
	if err := ssh.Unmarshal(raw, &sig); err != nil || sig.Magic != magic {
		return sig, errors.New("it is malformed")
	}
	if sig.Version != 1 {
		return sig, fmt.Errorf("version %d is unknown", sig.Version)
	}
	return sig, nil
}

// problem tells why a signature that names this key proves nothing.
func (k Key) problem(payload []byte, sig envelope, made, now time.Time) string {
	if sig.Namespace != namespace {
		return fmt.Sprintf("was made for %.40q, not for git", sig.Namespace)
	}
	var digest []byte
	switch sig.Hash {
	case "sha256":
		sum := sha256.Sum256(payload)
		digest = sum[:]
	case "sha512":
		sum := sha512.Sum512(payload)
		digest = sum[:]
	default:
		return fmt.Sprintf("uses hash %.40q", sig.Hash)
	}
	var inner ssh.Signature
	if err := ssh.Unmarshal([]byte(sig.Signature), &inner); err != nil {
		return "cannot be read: it is malformed"
	}
	if inner.Format == ssh.KeyAlgoRSA {
		return "uses SHA-1"
	}
	if err := k.ssh.Verify(ssh.Marshal(signed{magic, sig.Namespace, "", sig.Hash, string(digest)}), &inner); err != nil {
		return "does not match the commit"
	}
	return k.outdated(made, now)
}

// outdated tells why a key is not good at both times.
func (k Key) outdated(times ...time.Time) string {
	for _, t := range times {
		switch {
		case !k.after.IsZero() && t.Before(k.after):
			return "was made with a key that is good only from " + k.after.Format(time.DateTime) + " UTC on"
		case !k.before.IsZero() && t.After(k.before):
			return "was made with a key that is good only until " + k.before.Format(time.DateTime) + " UTC"
		}
	}
	return ""
}
