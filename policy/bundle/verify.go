package bundle

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	opa "github.com/open-policy-agent/opa/v1/bundle"
)

// verify checks the signature and that it covers every file as it is.
//
// What OPA's verifier leaves open is closed here: which key is meant comes from the
// signature, and has to be one that is trusted, by an id that is not empty; the
// algorithm comes from the key, never from the signature; a bundle without a
// signature, or with a patch, is never an exception
// (https://github.com/open-policy-agent/opa/security/advisories/GHSA-g2pf-6v5v-qcc8).
func verify(files map[string][]byte, trust Trust) (Signer, error) {
	raw, signed := files[signaturesFile]
	switch {
	case !signed && trust.Unsigned, signed && trust.Unsigned && len(trust.Keys) == 0:
		return Signer{}, nil
	case !signed:
		return Signer{}, refusedf("it is not signed: sign it with `gate bundle sign`, or allow unsigned bundles")
	case len(trust.Keys) == 0:
		return Signer{}, refusedf("no key is trusted to sign bundles: name the signer's public key")
	}
	var signatures opa.SignaturesConfig
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&signatures); err != nil {
		return Signer{}, refusedf("%s: %w", signaturesFile, err)
	}
	if signatures.Plugin != "" && signatures.Plugin != "_default" {
		return Signer{}, refusedf("%s: signed by plugin %q: only OPA's own signatures are known", signaturesFile, signatures.Plugin)
	}
	if len(signatures.Signatures) != 1 {
		return Signer{}, refusedf("%s: %d signatures: want one", signaturesFile, len(signatures.Signatures))
	}
	token := signatures.Signatures[0]
	key, err := keyOf(token, trust.Keys)
	if err != nil {
		return Signer{}, err
	}
	// Naming the key keeps OPA from looking into the token for another.
	config := opa.NewVerificationConfig(map[string]*opa.KeyConfig{key.ID: {Key: key.pem, Algorithm: key.algorithm, Scope: key.Scope}}, key.ID, key.Scope, nil)
	listed, err := opa.VerifyBundleSignature(opa.SignaturesConfig{Signatures: []string{token}}, config)
	if err != nil {
		if strings.Contains(err.Error(), "scope mismatch") {
			return Signer{}, refusedf("key %q signs for scope %q, and this signature is for another: it was meant for somebody else", key.ID, key.Scope)
		}
		return Signer{}, refusedf("the signature is not of key %q: %w", key.ID, err)
	}
	return Signer{KeyID: key.ID, Scope: key.Scope}, covered(files, listed)
}

// keyOf finds the trusted key that a token names.
func keyOf(token string, keys []Key) (Key, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Key{}, refusedf("%s: the signature is no JSON web token", signaturesFile)
	}
	var header struct {
		Algorithm string   `json:"alg"`
		KeyID     string   `json:"kid"`
		Critical  []string `json:"crit"`
	}
	var payload opa.DecodedSignature
	if err := errors.Join(decode(parts[0], &header), decode(parts[1], &payload)); err != nil {
		return Key{}, refusedf("%s: the signature is no JSON web token: %w", signaturesFile, err)
	}
	id := header.KeyID
	if id == "" {
		id = payload.KeyID // where older OPA tools put it
	}
	switch {
	case id == "":
		return Key{}, refusedf("its signature names no key: sign it with `gate bundle sign --key-id ID`, so that it is known which key is meant")
	case payload.KeyID != "" && payload.KeyID != id:
		return Key{}, refusedf("its signature names two keys, %q and %q", id, payload.KeyID)
	case len(header.Critical) > 0:
		return Key{}, refusedf("its signature has extensions that are not known: %q", header.Critical)
	}
	i := slices.IndexFunc(keys, func(k Key) bool { return k.ID == id })
	if i < 0 {
		var known []string
		for _, k := range keys {
			known = append(known, k.ID)
		}
		return Key{}, refusedf("signed with key %q, which is not trusted; trusted: %s", id, strings.Join(known, ", "))
	}
	if header.Algorithm != keys[i].algorithm {
		return Key{}, refusedf("signed with algorithm %q, and key %q is for %s", header.Algorithm, id, keys[i].algorithm)
	}
	return keys[i], nil
}

func decode(part string, to any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, to)
}

// hashes are the algorithms that still bind a file to its hash.
var hashes = []string{string(opa.SHA256), string(opa.SHA384), string(opa.SHA512), string(opa.SHA512256)}

// covered compares the files with what was signed: all of these, and no others.
func covered(files map[string][]byte, listed map[string]opa.FileInfo) error {
	for name, info := range listed {
		if !slices.Contains(hashes, info.Algorithm) {
			return refusedf("%s: signed by its %q: want %s", name, info.Algorithm, strings.Join(hashes, ", "))
		}
	}
	for _, name := range sorted(files) {
		if name == signaturesFile {
			continue
		}
		if _, err := structured(name, files[name]); err != nil {
			return err
		}
		if _, ok := listed[name]; !ok {
			return refusedf("%s was added after the bundle was signed", name)
		}
		if err := opa.VerifyBundleFile(name, *bytes.NewBuffer(files[name]), listed); err != nil {
			return refusedf("%s was changed after the bundle was signed: %w", name, err)
		}
	}
	for name := range listed {
		return refusedf("%s was removed after the bundle was signed", name)
	}
	return nil
}
