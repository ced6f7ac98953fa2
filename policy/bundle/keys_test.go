package bundle

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
)

// TestKeys: what is no key for signatures is refused when it is configured, and no
// message shows it.
func TestKeys(t *testing.T) {
	ed, weak := newPair(t, "Ed25519"), func() []byte {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			t.Fatalf("this Go makes no weak keys: %v", err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)})
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&p224.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		id, algorithm string
		text          []byte
		want          string
	}{
		"no id":             {"", "", ed.public, "a key needs an id"},
		"an id of spaces":   {"  ", "", ed.public, "a key needs an id"},
		"an id of controls": {"a\nb", "", ed.public, "is no id for a key"},
		"no PEM":            {"k", "", []byte("hunter2"), `key "k": want a public key in PEM`},
		"a private key":     {"k", "", ed.private, `key "k": this is a private key: keep it with who signs`},
		"a certificate":     {"k", "", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), "want a public key, not a CERTIFICATE"},
		"damaged":           {"k", "", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}), `key "k": `},
		"HMAC":              {"k", "HS256", ed.public, `algorithm "HS256" does not fit the key: want EdDSA`},
		"none":              {"k", "none", ed.public, `algorithm "none" does not fit the key`},
		"of another kind":   {"k", "RS256", ed.public, `algorithm "RS256" does not fit the key`},
		"a weak curve":      {"k", "", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "want P-256, P-384 or P-521"},
	} {
		_, err := ParseKey(tc.id, "", tc.algorithm, tc.text)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	for name, text := range map[string][]byte{"no PEM": []byte("hunter2"), "a public key": ed.public, "damaged": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hunter2")})} {
		if _, err := ParseSigningKey("k", "", "", text); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("signing key, %s: %v", name, err)
		}
	}
	t.Run("weak RSA", func(t *testing.T) {
		t.Setenv("GODEBUG", "rsa1024min=0")
		if _, err := ParseKey("k", "", "", weak()); err == nil || !strings.Contains(err.Error(), "RSA of 1024 bits: want 2048 or more") {
			t.Errorf("weak RSA: %v", err)
		}
	})
}
