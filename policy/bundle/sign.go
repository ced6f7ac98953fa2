package bundle

import (
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	opa "github.com/open-policy-agent/opa/v1/bundle"
)

// SigningKey is a private key and what its signatures say.
type SigningKey struct {
	ID, Scope string

	algorithm string
	pem       string
}

// ParseSigningKey reads a private key in PEM. No error holds key material.
func ParseSigningKey(id, scope, algorithm string, text []byte) (SigningKey, error) {
	if err := checkID(id); err != nil {
		return SigningKey{}, err
	}
	fail := func(err error) (SigningKey, error) { return SigningKey{}, fmt.Errorf("signing key %q: %w", id, err) }
	block, _ := pem.Decode(text)
	if block == nil {
		return fail(errors.New("want a private key in PEM, as `openssl genpkey -algorithm ed25519` prints"))
	}
	var private any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		private, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		private, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		private, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		return fail(fmt.Errorf("want an unencrypted private key, not a %s", block.Type))
	}
	if err != nil {
		return fail(errors.New("the key cannot be read")) // what the parser says may quote it
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return fail(fmt.Errorf("a key of type %T cannot sign", private))
	}
	if algorithm, err = algorithmOf(signer.Public(), algorithm); err != nil {
		return fail(err)
	}
	return SigningKey{ID: id, Scope: scope, algorithm: algorithm, pem: string(pem.EncodeToMemory(block))}, nil
}

// Sign signs an archive, in place of any signature that it has. With Ed25519 and RSA
// (RS256, …) the same archive and key give the same bytes. An archive that is none is
// a *RefusedError.
func Sign(archive []byte, key SigningKey) ([]byte, error) {
	files, err := unpack(archive, Limits{})
	if err != nil {
		return nil, err
	}
	if _, err := readManifest(files); err != nil {
		return nil, err
	}
	delete(files, signaturesFile)
	infos, err := hashed(files)
	if err != nil {
		return nil, err
	}
	claims, remove, err := key.claims()
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	defer remove()
	token, err := opa.GenerateSignedToken(infos, opa.NewSigningConfig(key.pem, key.algorithm, claims), key.ID)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	text, err := json.MarshalIndent(opa.SignaturesConfig{Signatures: []string{token}}, "", " ")
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	files[signaturesFile] = append(text, '\n')
	return Pack(files)
}

// hashed lists the files as the signature does.
func hashed(files map[string][]byte) ([]opa.FileInfo, error) {
	hasher, err := opa.NewSignatureHasher(opa.SHA256)
	if err != nil {
		return nil, err
	}
	var infos []opa.FileInfo
	for _, name := range sorted(files) {
		value, err := structured(name, files[name])
		if err != nil {
			return nil, err
		}
		sum, err := hasher.HashFile(value)
		if err != nil {
			return nil, fmt.Errorf("hash %s: %w", name, err)
		}
		infos = append(infos, opa.NewFile(name, hex.EncodeToString(sum), opa.SHA256.String()))
	}
	return infos, nil
}

// claims writes what a signature says besides the files where OPA reads it from: a
// file. "" is none.
func (k SigningKey) claims() (name string, remove func(), err error) {
	if strings.TrimSpace(k.Scope) == "" {
		return "", func() {}, nil
	}
	text, err := json.Marshal(map[string]string{"scope": k.Scope, "keyid": k.ID})
	if err != nil {
		return "", nil, err
	}
	file, err := os.CreateTemp("", "claims-*.json")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.Remove(file.Name()) }
	if _, err := file.Write(text); err != nil {
		remove()
		return "", nil, errors.Join(err, file.Close())
	}
	return file.Name(), remove, file.Close()
}
