package remote

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
)

// fetchHTTP speaks OPA's bundle protocol: a GET, and an ETag to ask for what is new.
func (c *Client) fetchHTTP(ctx context.Context, ref Ref, known string) (Fetched, error) {
	request, err := c.request(ctx, http.MethodGet, ref, nil)
	if err != nil {
		return Fetched{}, err
	}
	if known != "" {
		request.Header.Set("If-None-Match", known)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Fetched{}, err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && known != "":
		return Fetched{Version: known}, nil
	case response.StatusCode != http.StatusOK:
		return Fetched{}, &statusError{response.StatusCode}
	case response.ContentLength > bundle.MaxArchive:
		return Fetched{}, tooLarge(response.ContentLength)
	}
	archive, err := io.ReadAll(io.LimitReader(response.Body, bundle.MaxArchive+1))
	if err != nil {
		return Fetched{}, err
	}
	if len(archive) > bundle.MaxArchive {
		return Fetched{}, tooLarge(int64(len(archive)))
	}
	return Fetched{Archive: archive, Version: etag(response.Header.Get("ETag"))}, nil
}

func tooLarge(size int64) error {
	return fmt.Errorf("%d bytes or more, and a bundle may have %d", size, bundle.MaxArchive)
}

const longestETag = 256 // bytes

// etag is one that can be sent back, "" for none.
func etag(text string) string {
	if len(text) > longestETag || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return text
}

// pushHTTP lays a bundle down with PUT, as WebDAV and object stores take it.
func (c *Client) pushHTTP(ctx context.Context, ref Ref, archive []byte) error {
	request, err := c.request(ctx, http.MethodPut, ref, archive)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/gzip")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return &statusError{response.StatusCode}
	}
	return nil
}

// request carries credentials over TLS only.
func (c *Client) request(ctx context.Context, method string, ref Ref, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, ref.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", c.config.UserAgent)
	if ref.url.Scheme != "https" {
		return request, nil
	}
	credential, err := c.credential(ctx, ref.url.Host)
	switch {
	case err != nil:
		return nil, err
	case credential == auth.EmptyCredential:
	case credential.AccessToken != "":
		request.Header.Set("Authorization", "Bearer "+credential.AccessToken)
	default:
		request.SetBasicAuth(credential.Username, credential.Password)
	}
	return request, nil
}
