// Package bundle makes, signs, opens and compares policy bundles: gzipped tar
// archives in OPA's format, signed as OPA signs them, with an index so that whoever
// uses one need not parse all of it. It opens no connection.
//
// OPA's own reader is not used, for it keeps everything that an archive unpacks to
// and parses every file; its hashes, tokens and manifest are.
package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing/fstest"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Bundle is the content of an archive that may be used: its signature, where one is
// wanted, has been checked.
type Bundle struct {
	Revision string // as its manifest says; "" for none
	Digest   string // "sha256:…" of the archive
	Signed   bool   // it has a signature, checked or not
	Signer   Signer // zero for a bundle whose signature nobody checked

	files map[string][]byte // by path
	data  map[string]any
}

// Signer is who signed a bundle.
type Signer struct {
	KeyID string `json:"key"`
	Scope string `json:"scope,omitempty"`
}

// Trust says which bundles may be used.
type Trust struct {
	Keys   []Key
	Limits Limits

	// Unsigned lets bundles without a signature pass. One that has a signature is
	// checked all the same, unless there are no keys.
	Unsigned bool
}

// RefusedError says that a bundle may not be used, whatever it holds.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

func refusedf(format string, args ...any) error { return &RefusedError{fmt.Errorf(format, args...)} }

// Open reads an archive and checks it. Every error is a *RefusedError.
func Open(archive []byte, trust Trust) (*Bundle, error) {
	files, err := unpack(archive, trust.Limits)
	if err != nil {
		return nil, err
	}
	signer, err := verify(files, trust)
	if err != nil {
		return nil, err
	}
	manifest, err := readManifest(files)
	if err != nil {
		return nil, err
	}
	data, err := readData(files)
	if err != nil {
		return nil, err
	}
	return &Bundle{Revision: manifest.Revision, Digest: digest(archive), Signed: files[signaturesFile] != nil, Signer: signer, files: files, data: data}, nil
}

// Files are the bundle's files as a policy set takes them. name is put before their
// paths in messages.
func (b *Bundle) Files(name string) policy.Files {
	fsys := fstest.MapFS{}
	for path, content := range b.files {
		fsys[path] = &fstest.MapFile{Data: content, Mode: 0o444}
	}
	return policy.Files{Name: name, FS: fsys, Indexed: b.Signer != Signer{}, Data: b.data}
}

// Sizes tells how many Rego files there are, and their bytes.
func (b *Bundle) Sizes() (files, bytes int) {
	for path, content := range b.files {
		if isRego(path) {
			files, bytes = files+1, bytes+len(content)
		}
	}
	return files, bytes
}

func digest(archive []byte) string {
	sum := sha256.Sum256(archive)
	return "sha256:" + hex.EncodeToString(sum[:])
}
