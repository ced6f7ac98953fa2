package signature

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"golang.org/x/crypto/ssh"
)

// Key is a public key that may sign: one of SSH, with the times at which it is
// good (zero for any), or one of OpenPGP, which brings its own.
type Key struct {
	ssh           ssh.PublicKey
	after, before time.Time
	openpgp       *openpgp.Entity
}

// ParseKey reads a key: a line of ssh's allowed_signers without the principals
// (`[options] type base64 [comment]`), or an armored OpenPGP public key.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	switch {
	case strings.Contains(text, "PRIVATE KEY"):
		return Key{}, errors.New("is a private key: take it out of every file and commit, and make a new one")
	case strings.HasPrefix(text, "-----BEGIN PGP"):
		return parseOpenPGP(text)
	case strings.ContainsAny(text, "\r\n"):
		return Key{}, errors.New("is more than one line: want one key of SSH, or one armored key of OpenPGP")
	}
	return parseSSH(text)
}

func parseOpenPGP(text string) (Key, error) {
	ring, err := openpgp.ReadArmoredKeyRing(strings.NewReader(text))
	if err != nil {
		return Key{}, fmt.Errorf("is no OpenPGP public key: %s", plain(err))
	}
	if len(ring) != 1 {
		return Key{}, fmt.Errorf("is %d OpenPGP keys: want one for each entry", len(ring))
	}
	if ring[0].PrivateKey != nil {
		return Key{}, errors.New("is a private key: take it out of every file and commit, and make a new one")
	}
	return Key{openpgp: ring[0]}, nil
}

// RSA keys under minRSA bits can be broken; those over maxRSA cost too much.
const minRSA, maxRSA = 2048, 16384

func parseSSH(text string) (Key, error) {
	public, _, options, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil {
		return Key{}, errors.New("is no public key: want a line like `ssh-ed25519 AAAA…`, or an armored OpenPGP public key")
	}
	k := Key{ssh: public}
	if strings.Contains(public.Type(), "-cert-") {
		return Key{}, errors.New("is a certificate: want the key itself")
	}
	if public.Type() == "ssh-dss" {
		return Key{}, errors.New("is a DSA key, which nothing protects any more")
	}
	if c, ok := public.(ssh.CryptoPublicKey); ok {
		if r, ok := c.CryptoPublicKey().(*rsa.PublicKey); ok && (r.N.BitLen() < minRSA || r.N.BitLen() > maxRSA) {
			return Key{}, fmt.Errorf("is an RSA key of %d bits: want %d to %d", r.N.BitLen(), minRSA, maxRSA)
		}
	}
	for _, option := range options {
		name, value, _ := strings.Cut(option, "=")
		value = strings.Trim(value, `"`)
		switch strings.ToLower(name) {
		case "namespaces":
			if !slices.Contains(strings.Split(value, ","), namespace) {
				err = fmt.Errorf("has namespaces %q, without git", value)
			}
		case "valid-after":
			k.after, err = moment(value)
		case "valid-before":
			k.before, err = moment(value)
		case "cert-authority":
			err = errors.New("has option cert-authority, which is not supported: list the keys themselves")
		default:
			err = fmt.Errorf("has unknown option %q: want namespaces, valid-after or valid-before, and no principals", option)
		}
		if err != nil {
			return Key{}, err
		}
	}
	return k, nil
}

// moment reads a time as ssh-keygen takes it. All are in UTC, with a final Z or
// without: a server's time zone must not decide who is trusted.
func moment(value string) (time.Time, error) {
	for _, layout := range []string{"20060102", "200601021504", "20060102150405"} {
		if t, err := time.Parse(layout, strings.TrimSuffix(value, "Z")); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("has time %q: want 20261231, 202612312359 or 20261231235959", value)
}
