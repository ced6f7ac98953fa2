package standin

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
)

// maxArtifact bounds what is fetched, in bytes.
const maxArtifact = 16 << 20

// Files is the content of a tree by path.
type Files map[string][]byte

// store holds artifacts by digest and serves them.
type store struct {
	mu      sync.Mutex
	content map[string][]byte
}

// add packs files and returns their digest, sha256:<hex> of the packed bytes.
func (s *store) add(packed []byte) string {
	sum := sha256.Sum256(packed)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.content[digest] = packed
	return digest
}

// ServeHTTP serves /artifacts/<digest>.tar.
func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	packed, found := s.content[strings.TrimSuffix(path.Base(r.URL.Path), ".tar")]
	s.mu.Unlock()
	if !found {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(packed)
}

// without packs anew what a tar archive holds, but for the paths that ignore names, a line each: a file, a directory or a pattern of path.Match.
func without(archive []byte, ignore string) ([]byte, error) {
	var out bytes.Buffer
	to := tar.NewWriter(&out)
	for from := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		if header.Typeflag != tar.TypeReg || ignored(header.Name, ignore) {
			continue
		}
		if err := to.WriteHeader(&tar.Header{Name: header.Name, Mode: 0o644, Size: header.Size}); err != nil {
			return nil, fmt.Errorf("pack %s: %w", header.Name, err)
		}
		if _, err := io.Copy(to, from); err != nil {
			return nil, fmt.Errorf("pack %s: %w", header.Name, err)
		}
	}
	if err := to.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return out.Bytes(), nil
}

func ignored(name, ignore string) bool {
	for line := range strings.Lines(ignore) {
		pattern := strings.Trim(strings.TrimSpace(line), "/")
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		if matched, err := path.Match(pattern, name); err == nil && matched || strings.HasPrefix(name, pattern+"/") {
			return true
		}
	}
	return false
}

// fetch gets an artifact and checks its digest.
func fetch(ctx context.Context, url, digest string) (Files, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch artifact: %w", err)
	}
	defer response.Body.Close()
	packed, err := io.ReadAll(io.LimitReader(response.Body, maxArtifact))
	if err != nil {
		return nil, fmt.Errorf("fetch artifact: %w", err)
	}
	if sum := sha256.Sum256(packed); response.StatusCode != http.StatusOK || digest != "sha256:"+hex.EncodeToString(sum[:]) {
		return nil, fmt.Errorf("fetch artifact: HTTP %d, or not %s", response.StatusCode, digest)
	}
	files := Files{}
	for from := tar.NewReader(bytes.NewReader(packed)); ; {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("unpack artifact: %w", err)
		}
		if files[header.Name], err = io.ReadAll(from); err != nil {
			return nil, fmt.Errorf("unpack artifact: %w", err)
		}
	}
}
