package airbyte_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lotus-lake/lotus-gate/validate/audit/airbyte"
	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

const planted = "PLANTED-password"

// client reads one handler; waits are noted and not waited.
func client(t *testing.T, handler http.HandlerFunc, change func(*airbyte.Config)) (*airbyte.Client, *[]time.Duration) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	waited := &[]time.Duration{}
	config := airbyte.Config{URL: server.URL + "/", Workspace: "w-1", Key: leaf.NewKey(), Patience: 10 * time.Second, Wait: func(_ context.Context, d time.Duration) error {
		*waited = append(*waited, d)
		return nil
	}}
	if change != nil {
		change(&config)
	}
	c, err := airbyte.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, waited
}

func field(r *http.Request) string {
	return strings.Split(strings.TrimPrefix(r.URL.Path, "/api/v1/"), "/")[0]
}

// TestList: the three lists, and nothing else, are asked for with the workspace; ids and names are kept, and of the rest digests.
func TestList(t *testing.T) {
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/list") || !cmp.Equal(body, map[string]any{"workspaceId": "w-1"}) {
			t.Errorf("%s %s %v", r.Method, r.URL.Path, body)
		}
		switch field(r) {
		case "sources":
			fmt.Fprint(w, `{"sources":[{"sourceId":"s-1","name":"Shopify \u202e","connectionConfiguration":{"shop":"lotus","password":"`+planted+`","masked":"**********"},"icon":"…"}]}`)
		case "destinations":
			fmt.Fprint(w, `{"destinations":[]}`)
		default:
			fmt.Fprint(w, `{"connections":[{"connectionId":"c-1","name":"Shopify","sourceId":"s-1","destinationId":"d-1","status":"active","syncCatalog":{"streams":[{}]}}],"x":[1,{}]}`)
		}
	}, nil)
	got, err := c.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []airbyte.Object{
		{Role: "source", ID: "s-1", Name: "Shopify \u202e", Settings: []leaf.Leaf{{Path: "password"}, {Path: "shop"}}},
		{Role: "connection", ID: "c-1", Name: "Shopify", Status: "active", SourceID: "s-1", DestinationID: "d-1"},
	}
	if diff := cmp.Diff(want, got.Objects, cmpopts.IgnoreFields(leaf.Leaf{}, "Digest")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.Contains(fmt.Sprintf("%+v", got), planted) {
		t.Error("a credential was kept")
	}
}

// TestBadAnswers: each bad day is told in words, tried again where that helps, and quotes nothing of the answer.
func TestBadAnswers(t *testing.T) {
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			fmt.Fprint(w, planted)
		}
	}
	text := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, body)
		}
	}
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    string
		waited  []time.Duration
	}{
		"401":                   {status(401), "HTTP 401: the credentials are missing or not accepted: set AIRBYTE_TOKEN", nil},
		"403":                   {status(403), "HTTP 403: the credentials may not read this workspace", nil},
		"404":                   {status(404), "HTTP 404: no such workspace, or not the root of an Airbyte server", nil},
		"302":                   {status(302, "Location", "http://127.0.0.1:1/"+planted), "HTTP 302: the server sends elsewhere", nil},
		"418":                   {status(418), "HTTP 418", nil},
		"429 without a delay":   {status(429), "HTTP 429: the server is busy", []time.Duration{1e9, 2e9, 3e9}},
		"429 with a delay":      {status(429, "Retry-After", "7"), "HTTP 429: the server is busy", []time.Duration{7e9, 7e9, 7e9}},
		"429 for too long":      {status(429, "Retry-After", "3600"), "HTTP 429: the server is busy, and wants to be asked again in 1h0m0s, which is too long", nil},
		"500":                   {status(500), "HTTP 500: the server failed", []time.Duration{1e9, 2e9, 3e9}},
		"HTML":                  {text("text/html", "<!doctype html><html>"+planted), "the answer is a web page, not the API's", nil},
		"HTML that says JSON":   {text("application/json", "<html>"+planted), "the answer is no JSON: is this the root of an Airbyte server?", nil},
		"text":                  {text("text/plain", planted), "the answer is no JSON", nil},
		"nothing":               {text("application/json", ""), "the answer ends in the middle", []time.Duration{1e9, 2e9, 3e9}},
		"half a body":           {text("application/json", `{"sources":[{"sourceId":"`+planted), "the answer ends in the middle", []time.Duration{1e9, 2e9, 3e9}},
		"another list":          {text("application/json", `{"elements":[]}`), "the answer does not have the form of a list", nil},
		"no list":               {text("application/json", `{"sources":"`+planted+`","destinations":1,"connections":{}}`), "the answer does not have the form of a list", nil},
		"no object":             {text("application/json", `["`+planted+`"]`), "the answer does not have the form of a list", nil},
		"an element without id": {text("application/json", `{"sources":[{"name":"`+planted+`"}],"destinations":[{}],"connections":[{}]}`), "the answer does not have the form of a list", nil},
		"another type":          {text("application/json", `{"sources":[{"sourceId":["`+planted+`"]}],"destinations":[{"destinationId":[1]}],"connections":[{"connectionId":[1]}]}`), "of the answer has another type than string", nil},
		"more than it gives": {
			text("application/json", `{"sources":[{"sourceId":"a"}],"destinations":[{"destinationId":"a"}],"connections":[{"connectionId":"a"}],"totalCount":3}`),
			"the server says that there are 3, and gives no more than 1", nil,
		},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"sources":[`)
		}, "the answer ends in the middle", []time.Duration{1e9, 2e9, 3e9}},
	} {
		t.Run(name, func(t *testing.T) {
			c, waited := client(t, func(w http.ResponseWriter, r *http.Request) {
				if field(r) != "sources" { // so that what is waited for is told apart
					text("application/json", `{"destinations":[],"connections":[]}`)(w, r)
					return
				}
				tc.handler(w, r)
			}, nil)
			_, err := c.List(t.Context())
			if err == nil || !strings.Contains(err.Error(), "airbyte: sources/list: ") || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), planted) {
				t.Errorf("%v\nwant %s", err, tc.want)
			}
			if diff := cmp.Diff(tc.waited, *waited, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("waited (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAgain: a server that comes back is read as if nothing had been.
func TestAgain(t *testing.T) {
	failed := map[string]bool{}
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		if field(r) != "sources" {
			fmt.Fprint(w, `{"destinations":[],"connections":[]}`)
			return
		}
		if !failed["x"] {
			failed["x"] = true
			fmt.Fprint(w, `{"sources":[{"sourceId":"a"},{"sour`)
			return
		}
		fmt.Fprint(w, `{"sources":[{"sourceId":"a"},{"sourceId":"b"}]}`)
	}, nil)
	got, err := c.List(t.Context())
	if err != nil || len(got.Objects) != 2 {
		t.Errorf("%v %v", got, err)
	}
}

// TestPages: a server that says that there is more is asked for the rest; nothing is kept twice.
func TestPages(t *testing.T) {
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Pagination struct{ RowOffset int } `json:"pagination"`
		}
		_ = json.NewDecoder(r.Body).Decode(&body)
		kind := strings.TrimSuffix(field(r), "s")
		var list []string
		for i := body.Pagination.RowOffset; i < min(2500, body.Pagination.RowOffset+1000); i++ {
			list = append(list, fmt.Sprintf(`{"%sId":"%d"}`, kind, i))
		}
		fmt.Fprintf(w, `{"totalCount":2500,"%ss":[%s]}`, kind, strings.Join(list, ","))
	}, nil)
	got, err := c.List(t.Context())
	if err != nil || len(got.Objects) != 7500 {
		t.Errorf("%d objects, %v", len(got.Objects), err)
	}
}

// TestSlow: patience ends.
func TestSlow(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"no answer": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); panic(http.ErrAbortHandler) },
		"drips": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"sources":[`)
			for r.Context().Err() == nil {
				fmt.Fprint(w, " ")
				w.(http.Flusher).Flush()
				time.Sleep(time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
				_ = json.NewDecoder(r.Body).Decode(&struct{}{})
				handler(w, r)
			}, func(c *airbyte.Config) { c.Patience = 100 * time.Millisecond })
			if _, err := c.List(t.Context()); err == nil || !strings.Contains(err.Error(), "no answer in time") {
				t.Error(err)
			}
		})
	}
}

// TestCredentials: each way to sign requests, and where they come from.
func TestCredentials(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(planted+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		env        map[string]string
		want, fail string
	}{
		"none":       {nil, "", ""},
		"token":      {map[string]string{"AIRBYTE_TOKEN": planted}, "Bearer " + planted, ""},
		"token file": {map[string]string{"AIRBYTE_TOKEN_FILE": file}, "Bearer " + planted, ""},
		"basic":      {map[string]string{"AIRBYTE_USERNAME": "ada", "AIRBYTE_PASSWORD": "x"}, "Basic YWRhOng=", ""},
		"client":     {map[string]string{"AIRBYTE_CLIENT_ID": "id", "AIRBYTE_CLIENT_SECRET_FILE": file}, "Bearer minted", ""},
		"half":       {map[string]string{"AIRBYTE_USERNAME": "ada"}, "", "need both AIRBYTE_USERNAME and AIRBYTE_PASSWORD"},
		"two ways":   {map[string]string{"AIRBYTE_TOKEN": planted, "AIRBYTE_CLIENT_ID": "a", "AIRBYTE_CLIENT_SECRET": planted}, "", "there are several credentials of Airbyte"},
		"twice":      {map[string]string{"AIRBYTE_TOKEN": planted, "AIRBYTE_TOKEN_FILE": file}, "", "both AIRBYTE_TOKEN and AIRBYTE_TOKEN_FILE are set"},
		"no file":    {map[string]string{"AIRBYTE_TOKEN_FILE": file + "x"}, "", "AIRBYTE_TOKEN_FILE: open"},
		"line break": {map[string]string{"AIRBYTE_TOKEN": "a\nb"}, "", "has a line break"},
	} {
		t.Run(name, func(t *testing.T) {
			credentials, err := airbyte.CredentialsFrom(func(name string) string { return tc.env[name] })
			if tc.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fail) || strings.Contains(err.Error(), planted) {
					t.Errorf("%v, want %s", err, tc.fail)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/api/v1/applications/token" {
					fmt.Fprint(w, `{"access_token":"minted"}`)
					return
				}
				if got := r.Header.Get("Authorization"); got != tc.want {
					t.Errorf("%s: %q, want %q", r.URL.Path, got, tc.want)
				}
				fmt.Fprint(w, `{"sources":[],"destinations":[],"connections":[]}`)
			}, func(c *airbyte.Config) { c.Credentials = credentials })
			if _, err := c.List(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConfig(t *testing.T) {
	for url, want := range map[string]string{
		"": "not http(s)", "localhost:8001": "not http(s)", "ftp://x": "not http(s)", "http://a:" + planted + "@x": "holds a password", "http://x/?a=b": "has a query",
		"http://x/api/v1": "names its API", "http://x/api/": "names its API",
	} {
		_, err := airbyte.New(airbyte.Config{URL: url, Workspace: "w"})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), planted) {
			t.Errorf("%s: %v, want %s", url, err, want)
		}
	}
	if _, err := airbyte.New(airbyte.Config{URL: "http://x"}); err == nil {
		t.Error("no workspace")
	}
	c, err := airbyte.New(airbyte.Config{URL: "http://127.0.0.1:1/base", Workspace: "w", Wait: func(context.Context, time.Duration) error { return errors.New("stop") }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.List(t.Context()); err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Error(err)
	}
}

// TestMany: 50,000 connections with big catalogs take memory for ids and names.
func TestMany(t *testing.T) {
	catalog := strings.Repeat("x", 2000)
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		if field(r) != "connections" {
			fmt.Fprint(w, `{"sources":[],"destinations":[]}`)
			return
		}
		fmt.Fprint(w, `{"connections":[`)
		for i := range 50_000 {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `{"connectionId":"c-%d","name":"n-%d","sourceId":"s","destinationId":"d","syncCatalog":"%s"}`, i, i, catalog)
		}
		fmt.Fprint(w, `]}`)
	}, func(c *airbyte.Config) { c.Patience = time.Minute })
	var got *airbyte.Inventory
	kept := kept(func() (result any) {
		var err error
		if got, err = c.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		return got
	})
	if len(got.Objects) != 50_000 || kept > 20<<20 {
		t.Errorf("%d connections, %d MiB are kept of 100 MiB", len(got.Objects), kept>>20)
	}
}
