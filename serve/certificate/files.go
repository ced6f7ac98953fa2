package certificate

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Files is a certificate in a directory that somebody else keeps: tls.crt, tls.key
// and, for the webhook to tell the API server what to trust, ca.crt.
type Files struct {
	watcher *certwatcher.CertWatcher
	ca      string
}

// NewFiles reads the directory, and again when it changes, at the latest after
// the interval.
func NewFiles(dir string, interval time.Duration) (*Files, error) {
	watcher, err := certwatcher.New(filepath.Join(dir, keyNewest), filepath.Join(dir, keyNewestKey))
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	return &Files{watcher: watcher.WithWatchInterval(interval), ca: filepath.Join(dir, keyBundle)}, nil
}

// GetCertificate is the last pair of files that fitted together.
func (f *Files) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return f.watcher.GetCertificate(hello)
}

// Bundle is ca.crt as it is now, or empty where there is none.
func (f *Files) Bundle() []byte {
	bundle, _ := f.bundle()
	return bundle
}

func (f *Files) bundle() ([]byte, error) {
	bundle, err := os.ReadFile(f.ca)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	certs, err := parseBundle(bundle)
	if len(certs) == 0 {
		return nil, errors.Join(fmt.Errorf("%s holds no certificate", f.ca), err)
	}
	return encode(certs), nil
}

// Start follows the files.
func (f *Files) Start(ctx context.Context) error { return f.watcher.Start(ctx) }

// Maintain publishes ca.crt, where there is one.
func (f *Files) Maintain(ctx context.Context, publish Publish) error {
	bundle, err := f.bundle()
	if err != nil {
		return err
	}
	if len(bundle) == 0 {
		log.FromContext(ctx).V(1).Info("no ca.crt: webhook configurations are left as they are")
		return nil
	}
	return publish(ctx, bundle)
}
