package checkout

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/kube"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// Bounds of an artifact.
const (
	maxPacked   = 256 << 20 // bytes
	maxFile     = 16 << 20  // bytes of one file
	maxUnpacked = 1 << 30   // bytes of all
	maxKept     = 256 << 20 // bytes of the files that are kept
	maxMembers  = 200_000
)

// Artifact fetches what a source serves and gives its Terraform and stream files.
// An address in the cluster is reached through the API server, others directly.
func Artifact(ctx context.Context, client *kube.Client, artifact tofu.Artifact) (lake.Tree, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	body, err := openArtifact(ctx, client, artifact.URL)
	if err != nil {
		return nil, fmt.Errorf("fetch the artifact of %s: %w", artifact.Revision, err)
	}
	defer body.Close()
	sum := sha256.New()
	limited := &io.LimitedReader{R: body, N: maxPacked}
	tree, err := unpack(io.TeeReader(limited, sum))
	if err == nil && limited.N <= 0 {
		err = fmt.Errorf("it has more than %d MiB", maxPacked>>20)
	}
	if err == nil && artifact.Digest != "sha256:"+hex.EncodeToString(sum.Sum(nil)) {
		err = errors.New("its digest is not the one that the source names")
	}
	if err != nil {
		return nil, fmt.Errorf("read the artifact of %s: %w", artifact.Revision, err)
	}
	return tree, nil
}

func openArtifact(ctx context.Context, client *kube.Client, address string) (io.ReadCloser, error) {
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" {
		return nil, errors.New("its address is no URL of a web server")
	}
	if labels := strings.Split(at.Hostname(), "."); len(labels) > 2 && strings.HasPrefix(labels[2], "svc") {
		return client.Service(ctx, labels[1], labels[0], at.Scheme, at.Port(), at.Path)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("HTTP %d", response.StatusCode)
	}
	return response.Body, nil
}

// unpack keeps the files that an audit looks at, in memory. Everything is read, for
// the digest's sake.
func unpack(r io.Reader) (lake.Tree, error) {
	buffered := bufio.NewReader(r)
	content := io.Reader(buffered)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, err
		}
		content = unpacked
	}
	files, kept := map[string][]byte{}, int64(0)
	archive := tar.NewReader(io.LimitReader(content, maxUnpacked))
	for members := 0; ; members++ {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(path.Clean("/"+header.Name), "/")
		if header.Typeflag != tar.TypeReg || !lake.IsTerraform(name) && !strings.HasSuffix(name, ".json") {
			continue
		}
		if kept += header.Size; header.Size > maxFile || kept > maxKept || members > maxMembers {
			return nil, fmt.Errorf("%s: more than is kept of an artifact", name)
		}
		if files[name], err = io.ReadAll(archive); err != nil {
			return nil, err
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return nil, err
	}
	_, err := io.Copy(io.Discard, buffered)
	return lake.Memory(files, nil), err
}
