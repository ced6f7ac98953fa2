package bundle

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"os"
	"testing"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/test/tree"
)

// ruleText is a rule on manifests; what is put in is more METADATA and its body.
func ruleText(pkg, custom, body string) string {
	return `# METADATA
# title: Tried
# description: It is tried.
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: none
` + custom + "package " + pkg + "\n\n" + body + "\n"
}

const body = `import data.lib.house

deny contains {"message": "not ours"} if not house.ours(input.object)`

// policies is a small set as an author writes it.
func policies() map[string]string {
	return map[string]string{
		"house/tried/tried.rego": ruleText("house.tried", "", body),
		"house/tried/tried_test.rego": "package house.tried_test\n\nimport data.house.tried\n\n" +
			"test_it if tried.deny == {{\"message\": \"not ours\"}} with input as {\"object\": {}}\n",
		"house/tried/examples.yaml": "good: []\nbad: []\n",
		"lib/house/house.rego":      "package lib.house\n\nours(object) if object.metadata.labels.owner in data.house_owners\n",
		"data.json":                 `{"house_owners": ["ada"]}`,
		"README.md":                 "Not a policy.\n",
	}
}

// dirOf writes files into a directory.
func dirOf(t testing.TB, files map[string]string) policy.Files {
	t.Helper()
	dir := t.TempDir()
	tree.Write(t, dir, files)
	return policy.Files{Name: "DIR", FS: os.DirFS(dir)}
}

func build(t testing.TB, files map[string]string) []byte {
	t.Helper()
	archive, err := Build(t.Context(), []policy.Files{dirOf(t, files)}, BuildOptions{Embedded: rules.FS})
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// pair is a key of a kind, both ways.
type pair struct {
	private, public []byte // PEM
}

func newPair(t testing.TB, kind string) pair {
	t.Helper()
	var private crypto.Signer
	var err error
	switch kind {
	case "RSA":
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case "P-256":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "P-384":
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	default:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pair{
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}),
	}
}

func (p pair) signing(t testing.TB, id, scope, algorithm string) SigningKey {
	t.Helper()
	key, err := ParseSigningKey(id, scope, algorithm, p.private)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (p pair) verifying(t testing.TB, id, scope, algorithm string) Key {
	t.Helper()
	key, err := ParseKey(id, scope, algorithm, p.public)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, archive []byte, key SigningKey) []byte {
	t.Helper()
	signed, err := Sign(archive, key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// changed is an archive with some files replaced, or removed by nil.
func changed(t testing.TB, archive []byte, files map[string][]byte) []byte {
	t.Helper()
	all, err := unpack(archive, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(all, files)
	maps.DeleteFunc(all, func(_ string, text []byte) bool { return text == nil })
	out, err := Pack(all)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(out, archive) {
		t.Fatal("nothing was changed")
	}
	return out
}
