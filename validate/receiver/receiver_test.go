package receiver_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/receiver"
)

const token = "sesame-open"

// TestSign: what notification-controller expects, worked out with other programs:
//
//	printf '{"updates":[]}' | openssl dgst -sha256 -hmac sesame-open
//	printf 'sesame-openlakeflux-system' | sha256sum
func TestSign(t *testing.T) {
	const want = "sha256=48c5d23c39e75f36e64494b7813b7ff164991e51107723af4d3b2769cf85e02e"
	if got := receiver.Sign([]byte(token), []byte(`{"updates":[]}`)); got != want {
		t.Errorf("signature %s", got)
	}
	if got := receiver.Path([]byte(token), "flux-system", "lake"); got != "/hook/43ee4f06431362ab249057e561d5c88de59dca4d43ee2660fc89989bca80e180" {
		t.Errorf("path %s", got)
	}
}

// open serves a Receiver that gives these answers, one after the other.
func open(t *testing.T, answers ...int) (*receiver.Receiver, *[]string) {
	t.Helper()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if got := r.Header.Get("X-Signature"); got != receiver.Sign([]byte(token), body) {
			t.Errorf("signature %q of %s", got, body)
		}
		asked = append(asked, r.Method+" "+r.URL.Path+" "+string(body))
		if answers[0] == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(answers[0])
		answers = answers[1:]
	}))
	t.Cleanup(server.Close)
	r, err := receiver.New(receiver.Config{URL: server.URL + "/", Name: "flux-system/lake", Token: []byte(token)})
	if err != nil {
		t.Fatal(err)
	}
	return r, &asked
}

func TestPoke(t *testing.T) {
	r, asked := open(t, 503, 500, 200)
	if err := r.Poke(t.Context(), []receiver.Update{{Ref: "refs/heads/main", Before: "0", After: "1"}}); err != nil {
		t.Fatal(err)
	}
	one := "POST " + receiver.Path([]byte(token), "flux-system", "lake") + ` {"updates":[{"ref":"refs/heads/main","before":"0","after":"1"}]}`
	if diff := cmp.Diff([]string{one, one, one}, *asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	r, asked = open(t, 200)
	if err := r.Poke(t.Context(), make([]receiver.Update, 1000)); err != nil {
		t.Fatal(err)
	}
	var sent struct{ Updates []receiver.Update }
	if _, body, _ := strings.Cut((*asked)[0], " {"); json.Unmarshal([]byte("{"+body), &sent) != nil || len(sent.Updates) != receiver.MaxUpdates {
		t.Errorf("%d updates were sent", len(sent.Updates))
	}
}

// TestErrors: each answer is explained, and neither token nor path is told.
func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		answers []int
		want    string
	}{
		"another token":   {[]int{400}, "does not take the signature"},
		"unknown":         {[]int{404}, "status.webhookPath"},
		"suspended":       {[]int{503, 503, 503}, "suspended or not ready"},
		"cannot annotate": {[]int{500, 500, 500}, "spec.resources"},
		"elsewhere":       {[]int{302}, "signed requests are not sent on"},
		"odd":             {[]int{418}, "HTTP 418"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, asked := open(t, c.answers...)
			err := r.Poke(t.Context(), nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "/hook/") || strings.Contains(err.Error(), token) {
				t.Errorf("%v, want %s", err, c.want)
			}
			if len(*asked) != len(c.answers) {
				t.Errorf("asked %d times", len(*asked))
			}
		})
	}
}

// TestAway: a server that does not answer is given up in time; the error names the host
// alone.
func TestAway(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not see that the client went away
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // returning would answer 200
	}))
	defer server.Close()
	for name, url := range map[string]string{"silent": server.URL, "nobody": "http://127.0.0.1:1"} {
		r, err := receiver.New(receiver.Config{URL: url + "/hook/abcdef", Token: []byte(token)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		began := time.Now()
		err = r.Poke(ctx, nil)
		cancel()
		if err == nil || strings.Contains(err.Error(), "abcdef") || !strings.HasPrefix(err.Error(), "the Receiver at 127.0.0.1:") {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: given up after %s", name, took)
		}
	}
}

func TestNew(t *testing.T) {
	for name, c := range map[string]struct {
		config receiver.Config
		want   string
	}{
		"no address":    {receiver.Config{Token: []byte(token)}, "no http:// or https:// address"},
		"a file":        {receiver.Config{URL: "file:///hook/x", Token: []byte(token)}, "no http:// or https:// address"},
		"no token":      {receiver.Config{URL: "http://x/hook/y"}, "token is empty"},
		"no path":       {receiver.Config{URL: "http://x", Token: []byte(token)}, "has no path /hook/"},
		"a password":    {receiver.Config{URL: "http://u:sesame@x/hook/y", Token: []byte(token)}, "holds a user or password"},
		"half a name":   {receiver.Config{URL: "http://x", Name: "lake", Token: []byte(token)}, "want namespace/name"},
		"below a path":  {receiver.Config{URL: "http://x/flux", Name: "a/b", Token: []byte(token)}, ""},
		"the path":      {receiver.Config{URL: "http://x/hook/y", Token: []byte(token)}, ""},
		"control bytes": {receiver.Config{URL: "http://x/\x01sesame", Token: []byte(token)}, "no http:// or https:// address"},
	} {
		_, err := receiver.New(c.config)
		if c.want == "" && err == nil {
			continue
		}
		if err == nil || c.want == "" || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
