package signature

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

func TestOpenPGP(t *testing.T) {
	past := now.AddDate(-1, 0, 0)
	grace, eve := pgpKey(t, past, 0), pgpKey(t, past, 0)
	short := pgpKey(t, past, uint32((30 * 24 * time.Hour).Seconds()))
	sign := func(e *openpgp.Entity, at time.Time) []byte { return signPGP(t, e, commit, at) }
	good := sign(grace, now)
	for name, c := range map[string]struct {
		signature []byte
		payload   string
		key       *openpgp.Entity // nil for Grace's
		want      string
	}{
		"good":           {signature: good},
		"of last year":   {signature: sign(grace, past.Add(time.Hour))},
		"another's":      {signature: good, key: eve, want: otherKey},
		"another commit": {signature: good, payload: "tree x\n", want: "does not verify: *"},
		"of the future":  {signature: sign(grace, now.AddDate(0, 1, 0)), want: "does not verify: *"},
		"SHA-1":          {signature: signSHA1(t, grace, commit, now), want: "does not verify: *"},
		"set back":       {signature: sign(short, past.Add(time.Hour)), key: short, want: "was made with a key that is expired, revoked or not to sign with"},
		"revoked":        {signature: sign(grace, now), key: revoke(t, grace), want: "does not verify: *"},
		"two":            {signature: joined(t, sign(eve, now), good)},
		"armor of text":  {signature: bytes.ReplaceAll(good, []byte("SIGNATURE"), []byte("MESSAGE")), want: "cannot be read: it is no armored signature"},
		"cut":            {signature: good[:len(good)/2], want: "cannot be read: *"},
		"empty":          {signature: []byte("-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n"), want: "*"},
		"a key":          {signature: []byte(strings.ReplaceAll(public(t, grace), "PUBLIC KEY BLOCK", "SIGNATURE")), want: "*"},
	} {
		t.Run(name, func(t *testing.T) {
			payload, key := commit, c.key
			if c.payload != "" {
				payload = []byte(c.payload)
			}
			if key == nil {
				key = grace
			}
			got := Verify(payload, c.signature, parse(t, public(t, key)), now, now)
			want, begins := strings.CutSuffix(c.want, "*")
			if got.Format != "openpgp" || begins && (got.Problem == "" || !strings.HasPrefix(got.Problem, want)) || !begins && got.Problem != want {
				t.Errorf("%+v, want %q", got, c.want)
			}
			if name == "good" && got.Key != fmt.Sprintf("%016X", grace.PrimaryKey.KeyId) {
				t.Errorf("key %s, want %016X", got.Key, grace.PrimaryKey.KeyId)
			}
		})
	}
}

// revoke is a copy of a key that says that it is revoked.
func revoke(t testing.TB, e *openpgp.Entity) *openpgp.Entity {
	t.Helper()
	var b bytes.Buffer
	if err := e.SerializePrivate(&b, nil); err != nil {
		t.Fatal(err)
	}
	ring, err := openpgp.ReadKeyRing(&b)
	if err != nil {
		t.Fatal(err)
	}
	if err := ring[0].Revoke(packet.KeyCompromised, "lost", &packet.Config{Time: func() time.Time { return now.AddDate(0, -1, 0) }}); err != nil {
		t.Fatal(err)
	}
	return ring[0]
}

// signSHA1 signs as nobody should any more.
func signSHA1(t testing.TB, e *openpgp.Entity, payload []byte, at time.Time) []byte {
	t.Helper()
	sig := &packet.Signature{
		Version: 4, SigType: packet.SigTypeBinary, PubKeyAlgo: e.PrimaryKey.PubKeyAlgo, Hash: crypto.SHA1,
		CreationTime: at, IssuerKeyId: &e.PrimaryKey.KeyId,
	}
	h := sha1.New()
	h.Write(payload)
	salted := false
	if err := sig.Sign(h, e.PrivateKey, &packet.Config{NonDeterministicSignaturesViaNotation: &salted}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := armor.Encode(&out, openpgp.SignatureType, nil)
	if err == nil {
		err = sig.Serialize(w)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// joined is one armor around two signatures.
func joined(t testing.TB, signatures ...[]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := armor.Encode(&out, openpgp.SignatureType, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range signatures {
		block, err := armor.Decode(bytes.NewReader(s))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, block.Body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOtherFormats(t *testing.T) {
	for text, want := range map[string]Result{
		"-----BEGIN SIGNED MESSAGE-----\nx\n": {Format: "x509", Problem: "is one of X.509, which the gate cannot verify"},
		"":                                    {Format: "unknown", Problem: "is of no known format"},
		"signed, Ada":                         {Format: "unknown", Problem: "is of no known format"},
	} {
		if got := Verify(commit, []byte(text), nil, now, now); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}
