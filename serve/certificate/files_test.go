package certificate

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestFiles replaces the files as a Secret's volume does, by a symlink, under a
// client that makes one connection after the other.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	mount := &mount{t: t, dir: dir}
	first, second := made(t), made(t)
	mount.put("1", files(t, sign(t, first), first))
	source, err := NewFiles(dir, 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- source.Start(ctx) }()
	published := newWorld(t)
	maintain := func() {
		t.Helper()
		if err := source.Maintain(ctx, published.publish); err != nil {
			t.Fatal(err)
		}
	}
	maintain()
	h := startHammer(t, source.GetCertificate, published.published, time.Now)
	h.wait(20)

	mount.put("2", files(t, sign(t, first), first, second)) // both are trusted
	maintain()
	h.wait(20)
	other := sign(t, second)
	mount.put("3", files(t, other, first, second))
	for serves(t, source) != other.Leaf.SerialNumber.String() {
		h.wait(5)
	}
	maintain()
	h.wait(20)
	broken := files(t, other, first, second)
	broken["tls.key"] = files(t, sign(t, first))["tls.key"]
	mount.put("4", broken)
	time.Sleep(100 * time.Millisecond)
	if serves(t, source) != other.Leaf.SerialNumber.String() {
		t.Error("a key that does not fit is served")
	}
	h.wait(20)
	h.finish(t)
	if err := Check(source, time.Now()); err != nil {
		t.Error(err)
	}
	if err := Check(source, time.Now().Add(2*leafLife)); err == nil || !strings.Contains(err.Error(), "certificate is valid from") {
		t.Errorf("Check of an expired certificate = %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestFilesMissing is told at the start, for nothing could be served.
func TestFilesMissing(t *testing.T) {
	dir := t.TempDir()
	_, err := NewFiles(dir, time.Second)
	if err == nil || !strings.Contains(err.Error(), "tls.crt") {
		t.Errorf("err = %v", err)
	}
	// Without ca.crt, the configurations are somebody else's.
	ca := made(t)
	mount := &mount{t: t, dir: dir}
	mount.put("1", files(t, sign(t, ca)))
	source, err := NewFiles(dir, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	if err := source.Maintain(t.Context(), w.publish); err != nil || w.writes != 0 {
		t.Errorf("err = %v, %d bundles published", err, w.writes)
	}
	mount.put("2", map[string][]byte{"tls.crt": nil, "tls.key": nil, "ca.crt": []byte("rubbish")})
	if err := source.Maintain(t.Context(), w.publish); err == nil || !strings.Contains(err.Error(), "ca.crt holds no certificate") || w.writes != 0 {
		t.Errorf("err = %v, %d bundles published", err, w.writes)
	}
}

// mount is a directory that changes as a whole, like a Secret's volume.
type mount struct {
	t   *testing.T
	dir string
}

func (m *mount) put(version string, content map[string][]byte) {
	m.t.Helper()
	must := func(err error) {
		m.t.Helper()
		if err != nil {
			m.t.Fatal(err)
		}
	}
	must(os.Mkdir(filepath.Join(m.dir, version), 0o755))
	for name, data := range content {
		must(os.WriteFile(filepath.Join(m.dir, version, name), data, 0o600))
		if _, err := os.Lstat(filepath.Join(m.dir, name)); err != nil {
			must(os.Symlink(filepath.Join("..data", name), filepath.Join(m.dir, name)))
		}
	}
	must(os.Symlink(version, filepath.Join(m.dir, "..next")))
	must(os.Rename(filepath.Join(m.dir, "..next"), filepath.Join(m.dir, "..data")))
}

func made(t *testing.T) *authority {
	t.Helper()
	a, err := newAuthority(time.Now(), lifetime)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func sign(t *testing.T, by *authority) *tls.Certificate {
	t.Helper()
	cert, err := by.sign(time.Now(), leafLife, []string{host, "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// files are those of a certificate, and of the authorities to trust.
func files(t *testing.T, cert *tls.Certificate, trusted ...*authority) map[string][]byte {
	t.Helper()
	certPEM, keyPEM, err := (&authority{cert: cert.Leaf, key: cert.PrivateKey.(crypto.Signer)}).encode()
	if err != nil {
		t.Fatal(err)
	}
	content := map[string][]byte{"tls.crt": certPEM, "tls.key": keyPEM}
	for _, a := range trusted {
		content["ca.crt"] = append(content["ca.crt"], encode([]*x509.Certificate{a.cert})...)
	}
	return content
}

func serves(t *testing.T, s Source) string {
	t.Helper()
	cert, err := s.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf.SerialNumber.String()
}
