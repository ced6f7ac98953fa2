package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/opencontainers/image-spec/specs-go"
	spec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/retry"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
)

// configType is the configuration that OPA and conftest give their artifacts; the
// layer is a plain gzipped tar, which OPA takes for a bundle and Flux unpacks.
const (
	configType = "application/vnd.cncf.openpolicyagent.config.v1+json"
	layerType  = spec.MediaTypeImageLayerGzip
)

// layerTypes are those that a pulled bundle may have: of OPA and oras, of
// `flux push artifact`, and of Docker's tools.
var layerTypes = []string{layerType, "application/vnd.cncf.flux.content.v1.tar+gzip", "application/vnd.docker.image.rootfs.diff.tar.gzip"}

const largestManifest = 256 << 10 // bytes

func (c *Client) repository(ref Ref) *remote.Repository {
	client := *c.http
	client.Transport = &retry.Transport{Base: c.http.Transport, Policy: func() retry.Policy {
		return &retry.GenericPolicy{
			Retryable: retry.DefaultPredicate, Backoff: retry.DefaultBackoff,
			MinWait: 200 * time.Millisecond, MaxWait: 3 * time.Second, MaxRetry: 2,
		}
	}}
	login := &auth.Client{Client: &client, Cache: auth.NewCache(), Header: http.Header{}}
	if !ref.plain {
		login.Credential = c.credential
	}
	login.SetUserAgent(c.config.UserAgent)
	return &remote.Repository{
		Client: login, Reference: ref.oci, PlainHTTP: ref.plain, MaxMetadataBytes: largestManifest,
		ManifestMediaTypes: []string{spec.MediaTypeImageManifest, spec.MediaTypeImageIndex, dockerManifest},
	}
}

const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

// fetchOCI asks for the manifest's digest first. Sizes that the registry names are
// bounded before anything is read, and hold for what is read.
func (c *Client) fetchOCI(ctx context.Context, ref Ref, known string) (Fetched, error) {
	repository := c.repository(ref)
	described, err := repository.Resolve(ctx, ref.oci.Reference)
	if err != nil {
		return Fetched{}, err
	}
	version := described.Digest.String()
	if version == known {
		return Fetched{Version: version}, nil
	}
	if described.Size > largestManifest {
		return Fetched{}, fmt.Errorf("a manifest of %d bytes, and one may have %d", described.Size, largestManifest)
	}
	raw, err := content.FetchAll(ctx, repository, described)
	if err != nil {
		return Fetched{}, fmt.Errorf("manifest: %w", err)
	}
	layer, err := layerOf(described.MediaType, raw)
	if err != nil {
		return Fetched{}, err
	}
	if layer.Size > bundle.MaxArchive || layer.Size < 0 {
		return Fetched{}, tooLarge(layer.Size)
	}
	if err := layer.Digest.Validate(); err != nil {
		return Fetched{}, fmt.Errorf("manifest: layer: %w", err)
	}
	archive, err := content.FetchAll(ctx, repository.Blobs(), layer)
	if err != nil {
		return Fetched{}, fmt.Errorf("what the registry sends is not what its manifest says: %w", err)
	}
	return Fetched{Archive: archive, Version: version}, nil
}

// layerOf finds the bundle in a manifest.
func layerOf(mediaType string, raw []byte) (spec.Descriptor, error) {
	var manifest spec.Manifest
	if mediaType == spec.MediaTypeImageIndex {
		return spec.Descriptor{}, errors.New("an index of images: want one bundle, as `gate bundle push` makes")
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return spec.Descriptor{}, fmt.Errorf("manifest: %w", err)
	}
	if len(manifest.Layers) != 1 {
		return spec.Descriptor{}, fmt.Errorf("an artifact of %d layers: want one bundle, as `gate bundle push` makes; `conftest push` publishes files one by one, which cannot be signed", len(manifest.Layers))
	}
	if layer := manifest.Layers[0]; slices.Contains(layerTypes, layer.MediaType) {
		return layer, nil
	}
	return spec.Descriptor{}, fmt.Errorf("a layer of type %.100q: want %s, as `gate bundle push` makes", manifest.Layers[0].MediaType, layerType)
}

// pushOCI publishes the same manifest for the same archive, whenever it is done.
func (c *Client) pushOCI(ctx context.Context, ref Ref, archive []byte, revision string) (string, error) {
	repository := c.repository(ref)
	config := []byte("{}")
	manifest := spec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: spec.MediaTypeImageManifest,
		Config:      content.NewDescriptorFromBytes(configType, config),
		Layers:      []spec.Descriptor{content.NewDescriptorFromBytes(layerType, archive)},
		Annotations: map[string]string{spec.AnnotationRevision: revision},
	}
	manifest.Layers[0].Annotations = map[string]string{spec.AnnotationTitle: "bundle.tar.gz"}
	for _, blob := range []struct {
		spec.Descriptor
		text []byte
	}{{manifest.Config, config}, {manifest.Layers[0], archive}} {
		if there, err := repository.Blobs().Exists(ctx, blob.Descriptor); err != nil {
			return "", err
		} else if there {
			continue
		}
		if err := repository.Blobs().Push(ctx, blob.Descriptor, bytes.NewReader(blob.text)); err != nil && !errors.Is(err, errdef.ErrAlreadyExists) {
			return "", err
		}
	}
	text, err := json.Marshal(manifest)
	if err != nil {
		return "", err
	}
	described := content.NewDescriptorFromBytes(spec.MediaTypeImageManifest, text)
	if ref.Pinned() {
		if ref.oci.Reference != described.Digest.String() {
			return "", fmt.Errorf("the bundle's digest is %s: name that one, or a tag", described.Digest)
		}
		return described.Digest.String(), repository.Push(ctx, described, bytes.NewReader(text))
	}
	return described.Digest.String(), repository.PushReference(ctx, described, bytes.NewReader(text), ref.oci.Reference)
}
