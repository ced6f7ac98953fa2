package airbyte

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// post asks one list endpoint and hands its answer to read, which is called anew
// when it is asked again.
func (c *Client) post(ctx context.Context, endpoint string, body any, read func(*json.Decoder) error) error {
	payload, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.Patience)
	defer cancel()
	for attempt := 1; ; attempt++ {
		again, err := c.once(ctx, endpoint, payload, read)
		if err == nil {
			return nil
		}
		if again < 0 || attempt == maxAttempts || ctx.Err() != nil {
			return &askedError{endpoint, err}
		}
		if again > maxWait {
			return &askedError{endpoint, fmt.Errorf("%w, and wants to be asked again in %s, which is too long", err, again)}
		}
		if c.config.Wait(ctx, max(again, time.Duration(attempt)*time.Second)) != nil {
			return &askedError{endpoint, err}
		}
	}
}

// once asks once. again is how long to wait before it may be asked once more, negative
// when that is of no use.
func (c *Client) once(ctx context.Context, endpoint string, payload []byte, read func(*json.Decoder) error) (again time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address(endpoint), bytes.NewReader(payload))
	if err != nil {
		return -1, errors.New("the address is not valid")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.config.UserAgent)
	if err := c.authorize(ctx, request); err != nil {
		return -1, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, unreachable(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return refused(response)
	}
	limited := &io.LimitedReader{R: response.Body, N: maxBody}
	err = read(json.NewDecoder(limited))
	switch {
	case err == nil:
		return -1, nil
	case limited.N <= 0:
		return -1, fmt.Errorf("the answer has more than %d MiB", maxBody>>20)
	case ctx.Err() != nil:
		return -1, errSlow
	case errors.Is(err, errTooMany), errors.Is(err, errForm):
		if strings.Contains(response.Header.Get("Content-Type"), "html") {
			return -1, errHTML
		}
		return -1, err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return 0, errors.New("the answer ends in the middle")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		if strings.Contains(response.Header.Get("Content-Type"), "html") {
			return -1, errHTML
		}
		return -1, errors.New("the answer is no JSON: is this the root of an Airbyte server?")
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return -1, fmt.Errorf("field %s of the answer has another type than %s", wrong.Field, wrong.Type)
	}
	return 0, errors.New("the answer was cut off")
}

var (
	errSlow    = errors.New("no answer in time")
	errHTML    = errors.New("the answer is a web page, not the API's: is this the root of an Airbyte server, or does something in front of it ask for a login?")
	errTooMany = fmt.Errorf("there are more than %d", maxObjects)
	errForm    = errors.New("the answer does not have the form of a list")
)

// refused says what an HTTP status means, and when to ask again.
func refused(response *http.Response) (time.Duration, error) {
	status := fmt.Sprintf("HTTP %d", response.StatusCode)
	switch response.StatusCode {
	case http.StatusUnauthorized:
		return -1, fmt.Errorf("%s: the credentials are missing or not accepted: set AIRBYTE_TOKEN, AIRBYTE_USERNAME and AIRBYTE_PASSWORD, or AIRBYTE_CLIENT_ID and AIRBYTE_CLIENT_SECRET", status)
	case http.StatusForbidden:
		return -1, fmt.Errorf("%s: the credentials may not read this workspace", status)
	case http.StatusNotFound:
		return -1, fmt.Errorf("%s: no such workspace, or not the root of an Airbyte server", status)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return retryAfter(response.Header.Get("Retry-After"), time.Now()), fmt.Errorf("%s: the server is busy", status)
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return 0, fmt.Errorf("%s: the server failed", status)
	}
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		return -1, fmt.Errorf("%s: the server sends elsewhere, which is not followed: give that address", status)
	}
	return -1, errors.New(status)
}

// retryAfter reads a delay in seconds or a date; 0 when it is neither.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(strings.TrimSpace(header), 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// unreachable says why there was no answer, without the request.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errSlow
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		if failed.Timeout() {
			return errSlow
		}
		err = failed.Err
	}
	return fmt.Errorf("no answer: %w", err)
}
