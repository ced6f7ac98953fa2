package remote

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"

	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// statusError is an answer over HTTP that is not what was asked for.
type statusError struct{ status int }

func (e *statusError) Error() string {
	return fmt.Sprintf("HTTP %d %s", e.status, http.StatusText(e.status))
}

// explain puts in words what went wrong and what to do, without what a server says
// for itself: that may be anything.
func (c *Client) explain(ctx context.Context, err error) error {
	var answer *errcode.ErrorResponse
	var status *statusError
	code := 0
	switch {
	case errors.As(err, &answer):
		code = answer.StatusCode
	case errors.As(err, &status):
		code = status.status
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		code = http.StatusUnauthorized
	case errors.Is(err, errdef.ErrNotFound):
		code = http.StatusNotFound
	}
	said := fmt.Sprintf("HTTP %d %s", code, http.StatusText(code))
	var authority x509.UnknownAuthorityError
	switch {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fmt.Errorf("%s: credentials are missing or not enough: log in, or name a file with credentials in the format of Docker's config.json", said)
	case code == http.StatusNotFound:
		return fmt.Errorf("%s: there is no such bundle: check the name and the tag", said)
	case code == http.StatusTooManyRequests:
		return fmt.Errorf("%s: it is asked too often: wait, ask less often, or log in", said)
	case code >= http.StatusInternalServerError:
		return fmt.Errorf("%s: the server cannot answer now: try again, and look at its log if it stays so", said)
	case code != 0:
		return errors.New(said)
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("not done within %s: the server is slow or does not answer", c.config.Timeout)
	case errors.As(err, &authority):
		return fmt.Errorf("%w: name a file with the certificate of its authority", err)
	}
	return err
}
