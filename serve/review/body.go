package review

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	admissionv1 "k8s.io/api/admission/v1"
)

// read gives the body, within bounds. done is called when nothing of it is held
// any more.
func (s *server) read(ctx context.Context, w http.ResponseWriter, r *http.Request) (text []byte, done func(), failed *failure) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, nil, &failure{http.StatusMethodNotAllowed, "want POST"}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, nil, &failure{http.StatusUnsupportedMediaType, "want Content-Type: application/json"}
	}
	if r.ContentLength > maxBody {
		return nil, nil, tooLarge
	}
	done = func() {}
	if r.ContentLength > largeBody || r.ContentLength < 0 {
		select {
		case s.large <- struct{}{}:
			done = func() { <-s.large }
		case <-ctx.Done():
			return nil, nil, &failure{http.StatusServiceUnavailable, "too many large reviews at a time"}
		}
	}
	text, err := readAll(http.MaxBytesReader(w, r.Body, maxBody), r.ContentLength)
	if err != nil {
		done()
		if oversize := (*http.MaxBytesError)(nil); errors.As(err, &oversize) {
			return nil, nil, tooLarge
		}
		return nil, nil, &failure{http.StatusBadRequest, "the body ends too early"}
	}
	return text, done, nil
}

var tooLarge = &failure{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d MiB", maxBody>>20)}

// readAll reads a body whose length is known or -1, without trusting that length
// for more memory than has come.
func readAll(body io.Reader, length int64) ([]byte, error) {
	text := make([]byte, 0, min(max(length, 512)+1, 64<<10))
	for {
		if len(text) == cap(text) {
			next := make([]byte, len(text), min(2*cap(text), maxBody+1))
			copy(next, text)
			text = next
		}
		n, err := body.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// decode reads a review. The objects in it stay as they are, for the handler.
func decode(text []byte) (admissionv1.AdmissionReview, *failure) {
	var review admissionv1.AdmissionReview
	fail := func(reason string) (admissionv1.AdmissionReview, *failure) {
		return admissionv1.AdmissionReview{}, &failure{http.StatusBadRequest, bounded(reason)}
	}
	if err := json.Unmarshal(text, &review); err != nil {
		return fail("the body is no AdmissionReview: " + syntax(err))
	}
	if review.APIVersion != "admission.k8s.io/v1" || review.Kind != "AdmissionReview" {
		return fail("want an AdmissionReview of admission.k8s.io/v1")
	}
	if review.Request == nil || review.Request.UID == "" {
		return fail("the AdmissionReview has no request with a uid")
	}
	return review, nil
}

// syntax tells what is wrong with JSON without its content.
func syntax(err error) string {
	if wrong := (*json.SyntaxError)(nil); errors.As(err, &wrong) {
		return fmt.Sprintf("no JSON at byte %d", wrong.Offset)
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return fmt.Sprintf("%s has the wrong type at byte %d", wrong.Field, wrong.Offset)
	}
	return "it cannot be read"
}
