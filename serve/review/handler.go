// Package review speaks AdmissionReview v1 over HTTP for an admission.Handler:
// one object in, decoded once, one answer out. Whatever comes in, it answers in
// bounded time and memory, and what could not be decided is HTTP 500, so that the
// API server applies the failure policy.
package review

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"runtime/debug"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const (
	maxBody   = 8 << 20   // bytes; the API server takes objects of 3 MiB, and a review may hold two
	largeBody = 512 << 10 // bytes; of larger reviews only a few are in memory at a time
	maxLarge  = 4
	maxReason = 512 // runes of an error that are told

	// maxTime is how long a review may take when the API server does not say, and
	// its own bound.
	maxTime = 30 * time.Second
)

// Handler answers reviews with h. webhook names it in metrics ("validate",
// "mutate"); m may be nil.
func Handler(h admission.Handler, webhook string, m *Metrics) http.Handler {
	return Entries(func(string) admission.Handler { return h }, webhook, m)
}

// Entries answers reviews with a handler for each entry of the webhook
// configuration, which is the last element of the request's path.
func Entries(of func(entry string) admission.Handler, webhook string, m *Metrics) http.Handler {
	return &server{of: of, webhook: webhook, metrics: m, large: make(chan struct{}, maxLarge)}
}

type server struct {
	of      func(entry string) admission.Handler
	webhook string
	metrics *Metrics
	large   chan struct{} // a token for each large review in memory
}

// failure is what HTTP says when there is no answer.
type failure struct {
	status int
	reason string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	result := "error"
	defer func() { s.metrics.observe(s.webhook, result, time.Since(began)) }()
	ctx, cancel := context.WithDeadline(r.Context(), began.Add(allowance(r)))
	defer cancel()
	answer, said, failed := s.answer(ctx, w, r)
	if failed != nil {
		log.FromContext(ctx).WithName(s.webhook).Info("review not answered", "status", failed.status, "reason", failed.reason)
		http.Error(w, failed.reason, failed.status)
		return
	}
	result = said
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer) // nobody is left to tell
}

// answer gives the body of the response and its result in metrics.
func (s *server) answer(ctx context.Context, w http.ResponseWriter, r *http.Request) (body []byte, result string, failed *failure) {
	defer func() {
		if p := recover(); p != nil {
			// The panic's value may hold what was judged: the log gets its type and where it was.
			log.FromContext(ctx).WithName(s.webhook).Error(fmt.Errorf("panic (%T)", p), "panic in a handler", "stack", string(debug.Stack()))
			body, failed = nil, &failure{http.StatusInternalServerError, "internal error: the handler panicked"}
		}
	}()
	text, done, failed := s.read(ctx, w, r)
	if failed != nil {
		return nil, "", failed
	}
	defer done()
	review, failed := decode(text)
	if failed != nil {
		return nil, "", failed
	}
	request := admission.Request{AdmissionRequest: *review.Request}
	response := s.of(path.Base(r.URL.Path)).Handle(ctx, request)
	if code := response.Result; !response.Allowed && code != nil && code.Code >= http.StatusInternalServerError {
		return nil, "", &failure{http.StatusInternalServerError, bounded(code.Message)}
	}
	if err := response.Complete(request); err != nil {
		return nil, "", &failure{http.StatusInternalServerError, "internal error: the patch cannot be written"}
	}
	body, err := json.Marshal(admissionv1.AdmissionReview{TypeMeta: review.TypeMeta, Response: &response.AdmissionResponse})
	if err != nil {
		return nil, "", &failure{http.StatusInternalServerError, "internal error: the answer cannot be written"}
	}
	return body, resultOf(response), nil
}

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

// allowance is the time until nobody waits for the answer any more: the API server
// names its own limit in the query, as in ?timeout=3s.
func allowance(r *http.Request) time.Duration {
	if d, err := time.ParseDuration(r.URL.Query().Get("timeout")); err == nil && d > 0 {
		return min(d, maxTime)
	}
	return maxTime
}

func resultOf(response admission.Response) string {
	switch {
	case !response.Allowed:
		return "denied"
	case len(response.Warnings) > 0:
		return "warned"
	}
	return "allowed"
}

func bounded(reason string) string {
	if runes := []rune(reason); len(runes) > maxReason {
		return string(runes[:maxReason]) + "…"
	}
	return reason
}
