package signature

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

var (
	commit = []byte("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nA change\n")
	now    = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

func parse(t testing.TB, lines ...string) []Key {
	t.Helper()
	var keys []Key
	for _, text := range lines {
		key, err := ParseKey(text)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return keys
}

func TestSSH(t *testing.T) {
	ada, eve := signer(t, "ed25519"), signer(t, "ed25519")
	good := signSSH(t, ada, commit, made{})
	text := string(good)
	change := func(f func(*envelope)) []byte { return signSSH(t, ada, commit, made{change: f}) }
	for name, c := range map[string]struct {
		signature []byte
		payload   string   // "" for the one that was signed
		keys      []string // nil for Ada's
		at        time.Time
		want      string
	}{
		"good":               {signature: good},
		"one of several":     {signature: good, keys: []string{line(eve), line(ada)}},
		"sha256":             {signature: signSSH(t, ada, commit, made{hash: "sha256"})},
		"with CR":            {signature: []byte(strings.ReplaceAll(text, "\n", "\r\n"))},
		"another's":          {signature: good, keys: []string{line(eve)}, want: otherKey},
		"no keys":            {signature: good, keys: []string{}, want: otherKey},
		"forged":             {signature: change(func(e *envelope) { e.PublicKey = string(eve.PublicKey().Marshal()) }), keys: []string{line(eve)}, want: "does not match the commit"},
		"another commit":     {signature: good, payload: "tree x\n", want: "does not match the commit"},
		"for files":          {signature: signSSH(t, ada, commit, made{namespace: "file"}), want: `was made for "file", not for git`},
		"renamed namespace":  {signature: signSSH(t, ada, commit, made{namespace: "file", change: func(e *envelope) { e.Namespace = "git" }}), want: "does not match the commit"},
		"no namespace":       {signature: change(func(e *envelope) { e.Namespace = "" }), want: `was made for "", not for git`},
		"unknown hash":       {signature: change(func(e *envelope) { e.Hash = "md5" }), want: `uses hash "md5"`},
		"another hash":       {signature: change(func(e *envelope) { e.Hash = "sha256" }), want: "does not match the commit"},
		"reserved":           {signature: change(func(e *envelope) { e.Reserved = "x" })}, // OpenSSH signs an empty one, whatever stands here
		"version":            {signature: change(func(e *envelope) { e.Version = 2 }), want: "cannot be read: version 2 is unknown"},
		"magic":              {signature: change(func(e *envelope) { e.Magic[0] = 'X' }), want: "cannot be read: it is malformed"},
		"no inner signature": {signature: change(func(e *envelope) { e.Signature = "" }), want: "cannot be read: it is malformed"},
		"trailing data":      {signature: armored(append(raw(t, good), 0)), want: "cannot be read: it is malformed"},
		"cut":                {signature: armored(raw(t, good)[:40]), want: "cannot be read: it is malformed"},
		"no end":             {signature: []byte(strings.TrimSuffix(text, endSSH+"\n")), want: "cannot be read: the armor has no end"},
		"no base64":          {signature: []byte(beginSSH + "\n!\n" + endSSH + "\n"), want: "cannot be read: the armor is no base64"},
		"two":                {signature: append(good, good...), want: "cannot be read: the armor is no base64"},
		"too large":          {signature: []byte(beginSSH + "\n" + strings.Repeat("A", maxBytes)), want: "is larger than 65536 bytes"},
		"too late":           {signature: good, keys: []string{`valid-before="20260531" ` + line(ada)}, want: "was made with a key that is good only until 2026-05-31 00:00:00 UTC"},
		"set back":           {signature: good, keys: []string{`valid-before="20260531" ` + line(ada)}, at: now.AddDate(0, -6, 0), want: "was made with a key that is good only until 2026-05-31 00:00:00 UTC"},
		"too early":          {signature: good, keys: []string{`valid-after="202606011300Z" ` + line(ada)}, want: "was made with a key that is good only from 2026-06-01 13:00:00 UTC on"},
		"made too early":     {signature: good, keys: []string{`valid-after="20260501" ` + line(ada)}, at: now.AddDate(0, -6, 0), want: "was made with a key that is good only from 2026-05-01 00:00:00 UTC on"},
		"in time":            {signature: good, keys: []string{`namespaces="file,git",valid-after="20260101",valid-before="20261231235959Z" ` + line(ada)}},
		"renewed":            {signature: good, keys: []string{`valid-before="20260531" ` + line(ada), `valid-after="20260531" ` + line(ada)}},
	} {
		t.Run(name, func(t *testing.T) {
			payload, keys, at := commit, c.keys, c.at
			if c.payload != "" {
				payload = []byte(c.payload)
			}
			if keys == nil {
				keys = []string{line(ada)}
			}
			if at.IsZero() {
				at = now
			}
			got := Verify(payload, c.signature, parse(t, keys...), at, now)
			if got.Format != "ssh" || got.Problem != c.want {
				t.Errorf("%+v, want %q", got, c.want)
			}
			if want := ssh.FingerprintSHA256(ada.PublicKey()); c.want == "" && got.Key != want {
				t.Errorf("key %s, want %s", got.Key, want)
			}
		})
	}
}

// raw takes the armor off.
func raw(t testing.TB, armor []byte) []byte {
	t.Helper()
	e, err := readSSH(armor)
	if err != nil {
		t.Fatal(err)
	}
	return ssh.Marshal(e)
}

func TestSSHKeyTypes(t *testing.T) {
	for kind, algorithms := range map[string]map[string]string{
		"ecdsa": {"": ""},
		"rsa":   {ssh.KeyAlgoRSASHA256: "", ssh.KeyAlgoRSASHA512: "", ssh.KeyAlgoRSA: "uses SHA-1"},
	} {
		s := signer(t, kind)
		for algorithm, want := range algorithms {
			got := Verify(commit, signSSH(t, s, commit, made{algorithm: algorithm}), parse(t, line(s)), now, now)
			if diff := cmp.Diff(Result{"ssh", ssh.FingerprintSHA256(s.PublicKey()), want}, got); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", kind, algorithm, diff)
			}
		}
	}
}

func TestParseKey(t *testing.T) {
	ed, grace := line(signer(t, "ed25519")), pgpKey(t, now, 0)
	for text, want := range map[string]string{
		ed:                           "",
		"  " + ed + " ada@laptop\n":  "",
		`namespaces="git" ` + ed:     "",
		public(t, grace):             "",
		`namespaces="file" ` + ed:    `has namespaces "file", without git`,
		`valid-before="soon" ` + ed:  `has time "soon": want 20261231, 202612312359 or 20261231235959`,
		"cert-authority " + ed:       "has option cert-authority, which is not supported: list the keys themselves",
		"ada@example.com " + ed:      `has unknown option "ada@example.com": want namespaces, valid-after or valid-before, and no principals`,
		line(signer(t, "short rsa")): "is an RSA key of 1024 bits: want 2048 to 16384",
		certificate(t):               "is a certificate: want the key itself",
		ed + "\n" + ed:               "is more than one line: want one key of SSH, or one armored key of OpenPGP",
		"":                           "is no public key: want a line like `ssh-ed25519 AAAA…`, or an armored OpenPGP public key",
		"ssh-ed25519 AAAA":           "is no public key: want a line like `ssh-ed25519 AAAA…`, or an armored OpenPGP public key",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----": "is a private key: take it out of every file and commit, and make a new one",
		strings.ReplaceAll(public(t, grace), "=", ""):                                          "*",
		"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----":           "*",
	} {
		_, err := ParseKey(text)
		switch {
		case want == "*" && err != nil:
		case want == "" && err == nil:
		case err == nil || err.Error() != want:
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

func certificate(t testing.TB) string {
	t.Helper()
	key, authority := signer(t, "ed25519"), signer(t, "ed25519")
	c := &ssh.Certificate{Key: key.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"ada"}, ValidBefore: ssh.CertTimeInfinity}
	if err := c.SignCert(zeros{}, authority); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(c)))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzVerify(f *testing.F) {
	ada, grace := signer(f, "ed25519"), pgpKey(f, now.AddDate(0, -1, 0), 0)
	keys := parse(f, line(ada), public(f, grace))
	f.Add(signSSH(f, ada, []byte("another commit"), made{}))
	f.Add(signPGP(f, grace, []byte("another commit"), now))
	f.Add([]byte("-----BEGIN SIGNED MESSAGE-----\n"))
	f.Add([]byte("-----BEGIN PGP SIGNATURE-----\n\nwsA=\n-----END PGP SIGNATURE-----\n"))
	f.Fuzz(func(t *testing.T, signature []byte) {
		if got := Verify(commit, signature, keys, now, now); got.Problem == "" {
			t.Errorf("nobody signed it: %+v", got)
		}
	})
}
