package bundle

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	opa "github.com/open-policy-agent/opa/v1/bundle"
)

// TestSigned: every kind of key that OPA's signatures know, and Ed25519.
func TestSigned(t *testing.T) {
	archive := build(t, policies())
	for name, tc := range map[string]struct{ kind, algorithm, scope string }{
		"EdDSA": {"Ed25519", "", ""}, "EdDSA with a scope": {"Ed25519", "EdDSA", "production"},
		"ES256": {"P-256", "", ""}, "ES384": {"P-384", "ES384", "production"},
		"RS256": {"RSA", "", "production"}, "RS512": {"RSA", "RS512", ""}, "PS256": {"RSA", "PS256", ""},
	} {
		p := newPair(t, tc.kind)
		signed := sign(t, archive, p.signing(t, "lake", tc.scope, tc.algorithm))
		b, err := Open(signed, Trust{Keys: []Key{p.verifying(t, "lake", tc.scope, tc.algorithm)}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(Signer{"lake", tc.scope}, b.Signer); diff != "" || !b.Signed || b.Digest != digest(signed) {
			t.Errorf("%s: %+v", name, b)
		}
		again := sign(t, signed, newPair(t, "Ed25519").signing(t, "other", "", ""))
		if _, err := Open(again, Trust{Keys: []Key{p.verifying(t, "lake", tc.scope, tc.algorithm)}}); err == nil {
			t.Errorf("%s: signed anew by another key and still taken", name)
		}
	}
}

// TestRotation: while several keys are trusted, bundles of each pass; one that is no
// longer trusted opens nothing.
func TestRotation(t *testing.T) {
	archive := build(t, policies())
	old, next := newPair(t, "P-256"), newPair(t, "Ed25519")
	byOld, byNext := sign(t, archive, old.signing(t, "2026", "", "")), sign(t, archive, next.signing(t, "2027", "", ""))
	both := Trust{Keys: []Key{old.verifying(t, "2026", "", ""), next.verifying(t, "2027", "", "")}}
	for id, signed := range map[string][]byte{"2026": byOld, "2027": byNext} {
		if b, err := Open(signed, both); err != nil || b.Signer.KeyID != id {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := Open(byOld, Trust{Keys: both.Keys[1:]}); err == nil || !strings.Contains(err.Error(), `signed with key "2026", which is not trusted; trusted: 2027`) {
		t.Errorf("a key that was taken away: %v", err)
	}
}

// token makes a JSON web token of any header and claims.
func token(t *testing.T, header, claims any, signature func(signed string) []byte) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(header) + "." + part(claims)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature(signed))
}

// TestTampered: whatever somebody without the key does to a bundle, it is refused, and
// the message says what was done.
func TestTampered(t *testing.T) {
	owner, thief := newPair(t, "RSA"), newPair(t, "RSA")
	archive := build(t, policies())
	signed := sign(t, archive, owner.signing(t, "lake", "", ""))
	trust := Trust{Keys: []Key{owner.verifying(t, "lake", "", "")}}
	if _, err := Open(signed, trust); err != nil {
		t.Fatal(err)
	}
	files, err := unpack(signed, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	delete(files, signaturesFile)
	infos, err := hashed(files)
	if err != nil {
		t.Fatal(err)
	}
	type object = map[string]any
	signatures := func(config opa.SignaturesConfig) []byte {
		text, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		return changed(t, signed, map[string][]byte{signaturesFile: text})
	}
	forged := func(header object, claims object, signature func(string) []byte) []byte {
		return signatures(opa.SignaturesConfig{Signatures: []string{token(t, header, claims, signature)}})
	}
	claims := object{"files": infos}
	nothing := func(string) []byte { return nil }
	withPublicKey := func(text string) []byte {
		mac := hmac.New(sha256.New, owner.public)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	byOPA := func(p pair, infos []opa.FileInfo, id string) []byte { // as OPA's tools sign
		jwt, err := opa.GenerateSignedToken(infos, opa.NewSigningConfig(string(p.private), "RS256", ""), id)
		if err != nil {
			t.Fatal(err)
		}
		return signatures(opa.SignaturesConfig{Signatures: []string{jwt}})
	}
	weak := slices.Clone(infos)
	weak[slices.IndexFunc(weak, func(i opa.FileInfo) bool { return i.Name == "house/tried/tried.rego" })].Algorithm = "MD5"
	var own opa.SignaturesConfig
	original, err := unpack(signed, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(original[signaturesFile], &own); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		archive []byte
		trust   Trust
		want    string
	}{
		"no signature":                    {archive, trust, "it is not signed: sign it with `gate bundle sign`"},
		"signature taken away":            {changed(t, signed, map[string][]byte{signaturesFile: nil}), trust, "it is not signed"},
		"signature emptied":               {changed(t, signed, map[string][]byte{signaturesFile: []byte(`{}`)}), trust, "0 signatures: want one"},
		"signature that is null":          {changed(t, signed, map[string][]byte{signaturesFile: []byte(`null`)}), trust, "0 signatures: want one"},
		"no JSON":                         {changed(t, signed, map[string][]byte{signaturesFile: []byte(`{`)}), trust, ".signatures.json: unexpected EOF"},
		"a plugin":                        {signatures(opa.SignaturesConfig{Signatures: own.Signatures, Plugin: "theirs"}), trust, `signed by plugin "theirs"`},
		"two signatures":                  {signatures(opa.SignaturesConfig{Signatures: append(own.Signatures, own.Signatures...)}), trust, "2 signatures: want one"},
		"no token":                        {signatures(opa.SignaturesConfig{Signatures: []string{"a.b"}}), trust, "no JSON web token"},
		"nobody is trusted":               {signed, Trust{}, "no key is trusted"},
		"an empty key id":                 {byOPA(owner, infos, ""), trust, "its signature names no key"},
		"an empty key id, by a thief":     {byOPA(thief, infos, ""), trust, "its signature names no key"},
		"an unknown key":                  {byOPA(thief, infos, "thief"), trust, `signed with key "thief", which is not trusted; trusted: lake`},
		"another key under the same id":   {byOPA(thief, infos, "lake"), trust, `the signature is not of key "lake"`},
		"two key ids":                     {forged(object{"alg": "RS256", "kid": "lake"}, object{"files": infos, "keyid": "thief"}, nothing), trust, `names two keys, "lake" and "thief"`},
		"algorithm none":                  {forged(object{"alg": "none", "kid": "lake"}, claims, nothing), trust, `signed with algorithm "none", and key "lake" is for RS256`},
		"no algorithm":                    {forged(object{"kid": "lake"}, claims, nothing), trust, `signed with algorithm ""`},
		"HMAC with the public key":        {forged(object{"alg": "HS256", "kid": "lake"}, claims, withPublicKey), trust, `signed with algorithm "HS256"`},
		"HMAC that says RS256":            {forged(object{"alg": "RS256", "kid": "lake"}, claims, withPublicKey), trust, `the signature is not of key "lake"`},
		"no signature in the token":       {forged(object{"alg": "RS256", "kid": "lake"}, claims, nothing), trust, `the signature is not of key "lake"`},
		"extensions":                      {forged(object{"alg": "RS256", "kid": "lake", "crit": []string{"b64"}, "b64": false}, claims, nothing), trust, "extensions that are not known"},
		"a rule changed":                  {changed(t, signed, map[string][]byte{"house/tried/tried.rego": []byte("package house.tried\n")}), trust, "house/tried/tried.rego was changed after the bundle was signed"},
		"a rule added":                    {changed(t, signed, map[string][]byte{"house/more.rego": []byte("package house.more\n")}), trust, "house/more.rego was added after the bundle was signed"},
		"a rule removed":                  {changed(t, signed, map[string][]byte{"house/tried/tried.rego": nil}), trust, "house/tried/tried.rego was removed after the bundle was signed"},
		"the index changed":               {changed(t, signed, map[string][]byte{"index.json": []byte(`{"rules":[],"sources":[]}`)}), trust, "index.json was changed"},
		"the manifest changed":            {changed(t, signed, map[string][]byte{".manifest": []byte(`{"revision":"x"}`)}), trust, ".manifest was changed"},
		"data changed":                    {changed(t, signed, map[string][]byte{"data.json": []byte(`{"house_owners":["eve"]}`)}), trust, "data.json was changed"},
		"data that only YAML understands": {changed(t, signed, map[string][]byte{"data.json": []byte("house_owners: [ada]\n")}), trust, "data.json: no JSON"},
		"a second manifest":               {changed(t, signed, map[string][]byte{"evil.manifest": []byte(`{}`)}), trust, "evil.manifest: the manifest's name is .manifest"},
		"a second signature":              {changed(t, signed, map[string][]byte{"a/.signatures.json": []byte(`{}`)}), trust, "a/.signatures.json: signature and manifest lie at the root"},
		"a delta":                         {changed(t, signed, map[string][]byte{"patch.json": []byte(`{"data":[]}`)}), trust, "patch.json: a delta bundle, which cannot be signed"},
		"weak hashes":                     {byOPA(owner, weak, "lake"), trust, `signed by its "MD5"`},
		"meant for somebody else":         {sign(t, archive, owner.signing(t, "lake", "staging", "")), Trust{Keys: []Key{owner.verifying(t, "lake", "production", "")}}, `key "lake" signs for scope "production", and this signature is for another`},
		"a scope that nobody wants":       {sign(t, archive, owner.signing(t, "lake", "staging", "")), trust, `and this signature is for another`},
		"a scope that is wanted":          {signed, Trust{Keys: []Key{owner.verifying(t, "lake", "production", "")}}, `and this signature is for another`},
		"unsigned ones may pass":          {byOPA(thief, infos, "lake"), Trust{Keys: trust.Keys, Unsigned: true}, `the signature is not of key "lake"`},
	} {
		b, err := Open(tc.archive, tc.trust)
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), tc.want) || b != nil {
			t.Errorf("%s: Open = %v, %v; want a refusal with %q", name, b, err, tc.want)
		}
	}
	if b, err := Open(archive, Trust{Unsigned: true}); err != nil || b.Signed || b.Files("x").Indexed {
		t.Errorf("unsigned, which is allowed: %v; its index must not be believed", err)
	}
	if b, err := Open(signed, Trust{Unsigned: true}); err != nil || b.Files("x").Indexed {
		t.Errorf("signed, and nobody checks: %v; its index must not be believed", err)
	}
	if b, err := Open(signed, trust); err != nil || !b.Files("x").Indexed {
		t.Errorf("signed: %v; its index is to be believed", err)
	}
}

// TestOPA: OPA reads and verifies our bundles, and we OPA's.
func TestOPA(t *testing.T) {
	p := newPair(t, "P-256")
	config := opa.NewVerificationConfig(map[string]*opa.KeyConfig{"lake": {Key: string(p.public), Algorithm: "ES256", Scope: "production"}}, "lake", "production", nil)
	ours := sign(t, build(t, policies()), p.signing(t, "lake", "production", ""))
	read, err := opa.NewCustomReader(opa.NewTarballLoaderWithBaseURL(bytes.NewReader(ours), "")).WithBundleVerificationConfig(config).Read()
	if err != nil {
		t.Fatalf("OPA reads ours: %v", err)
	}
	if len(read.Modules) != 3 || cmp.Diff(map[string]any{"house_owners": []any{"ada"}}, read.Data) != "" {
		t.Errorf("OPA reads %d modules and %v", len(read.Modules), read.Data)
	}

	theirs := opa.Bundle{Data: map[string]any{"a": map[string]any{"b": json.Number("1")}}, Modules: []opa.ModuleFile{{URL: "/house/x.rego", Path: "/house/x.rego", Raw: []byte("package house.x\n\nx := 1\n")}}}
	theirs.Manifest.Init()
	theirs.Manifest.Revision = "r1"
	if err := theirs.GenerateSignature(opa.NewSigningConfig(string(p.private), "ES256", ""), "lake", false); err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	if err := opa.NewWriter(&written).DisableFormat(true).Write(theirs); err != nil {
		t.Fatal(err)
	}
	b, err := Open(written.Bytes(), Trust{Keys: []Key{p.verifying(t, "lake", "", "")}})
	if err != nil {
		t.Fatalf("we read OPA's: %v", err)
	}
	if files, _ := b.Sizes(); files != 1 || b.Revision != "r1" || cmp.Diff(theirs.Data, b.data) != "" {
		t.Errorf("we read %+v", b)
	}
}
