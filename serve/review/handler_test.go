package review_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	jsonpatch "gomodules.xyz/jsonpatch/v2"
	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/serve/review"
)

const (
	head = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u1","operation":"CREATE","namespace":"lake","object":`
	tail = `}}`
)

// planted stands for what must come back in no error.
const planted = "hunter2"

func handler(respond func(ctx context.Context, r admission.Request) admission.Response) http.Handler {
	return review.Handler(admission.HandlerFunc(respond), "validate", nil)
}

func allow(context.Context, admission.Request) admission.Response { return admission.Allowed("") }

func post(h http.Handler, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/validate/ignore?timeout=3s", body)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		response admission.Response
		status   int
		want     string
	}{
		"allowed": {admission.Allowed(""), 200, `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u1","allowed":true,"status":{"metadata":{},"code":200}}}`},
		"denied":  {admission.Denied("no"), 200, `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u1","allowed":false,"status":{"metadata":{},"message":"no","reason":"Forbidden","code":403}}}`},
		"warned":  {admission.Allowed("").WithWarnings("w"), 200, `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u1","allowed":true,"status":{"metadata":{},"code":200},"warnings":["w"]}}`},
		"patched": {
			admission.Patched("", jsonpatch.NewOperation("add", "/a", 1)), 200,
			`{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u1","allowed":true,"status":{"metadata":{},"code":200},"patch":"W3sib3AiOiJhZGQiLCJwYXRoIjoiL2EiLCJ2YWx1ZSI6MX1d","patchType":"JSONPatch"}}`,
		},
		"no verdict":         {admission.Errored(500, errors.New("no verdict: slow")), 500, "no verdict: slow\n"},
		"a long reason":      {admission.Errored(500, errors.New(strings.Repeat("é", 4000))), 500, strings.Repeat("é", 512) + "…\n"},
		"an error of theirs": {admission.Errored(400, errors.New("bad")), 200, `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u1","allowed":false,"status":{"metadata":{},"message":"bad","code":400}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := post(handler(func(context.Context, admission.Request) admission.Response { return tc.response }), strings.NewReader(head+`{"a":1}`+tail))
			if diff := cmp.Diff([]any{tc.status, tc.want}, []any{got.Code, got.Body.String()}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRequest: the handler sees the request as it came, its bytes untouched.
func TestRequest(t *testing.T) {
	object := `{"kind": "Secret",  "n": 1.50}`
	var got admission.Request
	post(handler(func(_ context.Context, r admission.Request) admission.Response {
		got = r
		return admission.Allowed("")
	}), strings.NewReader(head+object+tail))
	want := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{UID: "u1", Operation: admissionv1.Create, Namespace: "lake"}}
	want.Object.Raw = []byte(object)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHostile(t *testing.T) {
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for name, tc := range map[string]struct {
		method, kind, body string
		status             int
		want               string
	}{
		"GET":              {"GET", "application/json", "", 405, "want POST\n"},
		"form":             {"POST", "application/x-www-form-urlencoded", "a=b", 415, "want Content-Type: application/json\n"},
		"no content type":  {"POST", "", "{}", 415, "want Content-Type: application/json\n"},
		"charset":          {"POST", "application/json; charset=utf-8", "{}", 400, "want an AdmissionReview of admission.k8s.io/v1\n"},
		"empty":            {"POST", "application/json", "", 400, "the body is no AdmissionReview: no JSON at byte 0\n"},
		"truncated":        {"POST", "application/json", head + `{"password":"` + planted, 400, "the body is no AdmissionReview: no JSON at byte 152\n"},
		"no review":        {"POST", "application/json", `{"kind":"Pod","apiVersion":"v1"}`, 400, "want an AdmissionReview of admission.k8s.io/v1\n"},
		"other version":    {"POST", "application/json", strings.Replace(head, "/v1", "/v1beta1", 1) + "{}" + tail, 400, "want an AdmissionReview of admission.k8s.io/v1\n"},
		"no request":       {"POST", "application/json", `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}`, 400, "the AdmissionReview has no request with a uid\n"},
		"no uid":           {"POST", "application/json", `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{}}`, 400, "the AdmissionReview has no request with a uid\n"},
		"wrong type":       {"POST", "application/json", `{"kind":"AdmissionReview","request":{"uid":{"a":"` + planted + `"}}}`, 400, "the body is no AdmissionReview: request.uid has the wrong type at byte 44\n"},
		"an array":         {"POST", "application/json", `["` + planted + `"]`, 400, "the body is no AdmissionReview:  has the wrong type at byte 1\n"},
		"deep":             {"POST", "application/json", head + deep + tail, 400, "the body is no AdmissionReview: no JSON at byte 10131\n"},
		"something behind": {"POST", "application/json", head + "{}" + tail + "x", 400, "the body is no AdmissionReview: no JSON at byte 137\n"},
		"too large":        {"POST", "application/json", head + `"` + strings.Repeat("a", 8<<20) + `"` + tail, 413, "the body is larger than 8 MiB\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, known := range []bool{true, false} { // with a Content-Length, and chunked
				r := httptest.NewRequest(tc.method, "/validate/ignore", strings.NewReader(tc.body))
				if !known {
					r.ContentLength = -1
				}
				r.Header.Set("Content-Type", tc.kind)
				w := httptest.NewRecorder()
				handler(func(context.Context, admission.Request) admission.Response {
					t.Error("the handler was asked")
					return admission.Allowed("")
				}).ServeHTTP(w, r)
				if diff := cmp.Diff([]any{tc.status, tc.want}, []any{w.Code, w.Body.String()}); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestPanic(t *testing.T) {
	got := post(handler(func(context.Context, admission.Request) admission.Response { panic(planted) }), strings.NewReader(head+"{}"+tail))
	if got.Code != 500 || got.Body.String() != "internal error: the handler panicked\n" {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// broken is a body that ends in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestBodyThatEndsEarly(t *testing.T) {
	if got := post(handler(allow), broken{}); got.Code != 400 || got.Body.String() != "the body ends too early\n" {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// TestEntries: the handler is that of the path's last element.
func TestEntries(t *testing.T) {
	var got []string
	h := review.Entries(func(entry string) admission.Handler {
		got = append(got, entry)
		return admission.HandlerFunc(allow)
	}, "validate", nil)
	for _, path := range []string{"/validate/fail-0badcafe", "/validate/ignore?timeout=1s", "/validate"} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(head+"{}"+tail))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if diff := cmp.Diff([]string{"fail-0badcafe", "ignore", "validate"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDeadline: nobody waits longer than the API server says in the query, and
// nobody for ever.
func TestDeadline(t *testing.T) {
	for query, want := range map[string]time.Duration{
		"?timeout=3s": 3 * time.Second, "": 30 * time.Second, "?timeout=1h": 30 * time.Second, "?timeout=-1s": 30 * time.Second, "?timeout=soon": 30 * time.Second,
	} {
		var left time.Duration
		h := handler(func(ctx context.Context, _ admission.Request) admission.Response {
			deadline, _ := ctx.Deadline()
			left = time.Until(deadline)
			return admission.Allowed("")
		})
		r := httptest.NewRequest(http.MethodPost, "/validate"+query, strings.NewReader(head+"{}"+tail))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(httptest.NewRecorder(), r)
		if left > want || left < want-time.Second {
			t.Errorf("%q leaves %s, want %s", query, left, want)
		}
	}
}

// TestLargeReviewsWait: only four large reviews are in memory at a time; small ones
// do not wait for them.
func TestLargeReviewsWait(t *testing.T) {
	release, began := make(chan struct{}), make(chan struct{}, 16)
	h := handler(func(_ context.Context, r admission.Request) admission.Response {
		if len(r.Object.Raw) > 1<<10 {
			began <- struct{}{}
			<-release
		}
		return admission.Allowed("")
	})
	large := []byte(head + `"` + strings.Repeat("a", 1<<20) + `"` + tail)
	codes := make(chan int, 6)
	for range 6 {
		go func() { codes <- post(h, bytes.NewReader(large)).Code }()
	}
	for range 4 {
		<-began
	}
	if got := post(h, strings.NewReader(head+"{}"+tail)); got.Code != 200 {
		t.Errorf("a small review: %d %s", got.Code, got.Body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := httptest.NewRequest(http.MethodPost, "/validate", bytes.NewReader(large)).WithContext(ctx)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != 503 || w.Body.String() != "too many large reviews at a time\n" {
		t.Errorf("a fifth large review: %d %s", w.Code, w.Body)
	}
	close(release)
	for range 6 {
		if code := <-codes; code != 200 {
			t.Errorf("a large review that waited: %d", code)
		}
	}
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	m := review.NewMetrics(registry)
	for _, response := range []admission.Response{
		admission.Allowed(""), admission.Denied("no"), admission.Allowed("").WithWarnings("w"), admission.Errored(500, errors.New("slow")), admission.Allowed(""),
	} {
		post(review.Handler(admission.HandlerFunc(func(context.Context, admission.Request) admission.Response { return response }), "validate", m), strings.NewReader(head+"{}"+tail))
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			name := family.GetName()
			for _, label := range m.GetLabel() {
				name += " " + label.GetValue()
			}
			got[name] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	want := map[string]float64{
		"lotus_gate_requests_total allowed validate": 2, "lotus_gate_requests_total denied validate": 1, "lotus_gate_requests_total error validate": 1,
		"lotus_gate_requests_total warned validate": 1, "lotus_gate_request_duration_seconds validate": 5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzHandler: whatever comes in, there is an answer: a review for the request's
// uid, or an error of HTTP's own.
func FuzzHandler(f *testing.F) {
	for _, seed := range []string{
		head + `{"a":1}` + tail, "", "{}", "null", head, `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":null}`,
		strings.Repeat("[", 100), head + `{"a":"\ud800"}` + tail, "\xff\xfe{}", `{"request":{"object":{"raw":1},"dryRun":"x"}}`,
	} {
		f.Add([]byte(seed))
	}
	h := handler(allow)
	f.Fuzz(func(t *testing.T, body []byte) {
		got := post(h, bytes.NewReader(body))
		switch got.Code {
		case http.StatusBadRequest:
			if len(got.Body.String()) > 1024 {
				t.Errorf("a reason of %d bytes", got.Body.Len())
			}
		case http.StatusOK:
			var answer admissionv1.AdmissionReview
			if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || answer.Response == nil || answer.Response.UID == "" {
				t.Errorf("%v: %s", err, got.Body)
			}
		default:
			t.Errorf("%d %s", got.Code, got.Body)
		}
	})
}

func BenchmarkHandler(b *testing.B) {
	for name, size := range map[string]int{"4KiB": 4 << 10, "1MiB": 1 << 20, "3MiB": 3 << 20} {
		b.Run(name, func(b *testing.B) {
			body := []byte(head + `{"data":{"tfstate":"` + strings.Repeat("a", size) + `"}}` + tail)
			h := handler(allow)
			b.ReportAllocs()
			for b.Loop() {
				if got := post(h, bytes.NewReader(body)); got.Code != 200 {
					b.Fatal(got.Code)
				}
			}
		})
	}
}
