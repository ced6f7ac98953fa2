package bundle

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Key is a public key that bundles may be signed with.
type Key struct {
	ID    string
	Scope string // that a bundle's signature has to name; "" for none

	algorithm string
	pem       string // PKIX
}

// ParseKey reads a public key in PEM. algorithm is "" for the usual one of the kind of
// key; secrets shared between signer and verifier (HS256, …) are refused, for whoever
// can check a bundle could make one. No error holds key material.
func ParseKey(id, scope, algorithm string, text []byte) (Key, error) {
	if err := checkID(id); err != nil {
		return Key{}, err
	}
	fail := func(format string, args ...any) (Key, error) {
		return Key{}, fmt.Errorf("key %q: "+format, append([]any{id}, args...)...)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return fail("want a public key in PEM, as `openssl pkey -in key.pem -pubout` prints")
	}
	var public any
	var err error
	switch {
	case strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return fail("this is a private key: keep it with who signs, and give its public part (`openssl pkey -in key.pem -pubout`)")
	case block.Type == "RSA PUBLIC KEY":
		public, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case block.Type == "PUBLIC KEY":
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	default:
		return fail("want a public key, not a %s", block.Type)
	}
	if err != nil {
		return fail("%w", err)
	}
	if algorithm, err = algorithmOf(public, algorithm); err != nil {
		return fail("%w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return fail("%w", err)
	}
	return Key{ID: id, Scope: scope, algorithm: algorithm, pem: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}, nil
}

const longestID = 128 // bytes

// checkID refuses the empty id above all: OPA's tools sign with it when they are told
// none, and then it says nothing about which key is meant.
func checkID(id string) error {
	switch {
	case strings.TrimSpace(id) == "":
		return errors.New("a key needs an id: without one nobody can tell which key is meant")
	case len(id) > longestID || strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("%.100q is no id for a key: want up to %d printable characters", id, longestID)
	}
	return nil
}

// algorithmOf is how a kind of key signs; a wanted one has to be of that kind.
func algorithmOf(public any, wanted string) (string, error) {
	var usual []string
	switch key := public.(type) {
	case ed25519.PublicKey:
		usual = []string{"EdDSA"}
	case *ecdsa.PublicKey:
		usual = []string{map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[key.Curve.Params().BitSize]}
		if key.Curve.Params().Name == "P-224" || usual[0] == "" {
			return "", fmt.Errorf("elliptic curve %s: want P-256, P-384 or P-521", key.Curve.Params().Name)
		}
	case *rsa.PublicKey:
		usual = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
		if key.N.BitLen() < 2048 {
			return "", fmt.Errorf("RSA of %d bits: want 2048 or more", key.N.BitLen())
		}
	default:
		return "", fmt.Errorf("a key of type %T: want Ed25519, ECDSA or RSA", public)
	}
	if wanted == "" {
		return usual[0], nil
	}
	if !slices.Contains(usual, wanted) {
		return "", fmt.Errorf("algorithm %q does not fit the key: want %s", wanted, strings.Join(usual, ", "))
	}
	return wanted, nil
}
