// Package review speaks AdmissionReview v1 over HTTP for an admission.Handler:
// one object in, decoded once, one answer out. Whatever comes in, it answers in
// bounded time and memory, and what could not be decided is HTTP 500, so that the
// API server applies the failure policy.
package review

import (
	"context"
	"encoding/json"
	"fmt"
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
