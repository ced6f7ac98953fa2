package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/receiver"
)

// flux is a Receiver and an API server that a post-receive hook of guarded talks to.
// Once poked it has the Terraform object apply what was pushed, or fail at it.
type flux struct {
	*guarded
	server *httptest.Server

	mu      sync.Mutex
	pokes   int
	status  int    // of pokes, 0 for 200
	silent  bool   // answers no request
	commit  string // that is served
	fails   bool
	denied  bool
	updates string
}

const fluxToken = "sesame-token"

func newFlux(t *testing.T) *flux {
	t.Helper()
	f := &flux{guarded: newGuarded(t)}
	f.commit = f.git(t, "rev-parse", "HEAD")
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	kubeconfig := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"a","clusters":[{"name":"c","cluster":{"server":%q}}],
"users":[],"contexts":[{"name":"a","context":{"cluster":"c","namespace":"lotus-lake"}}]}`, f.server.URL)
	if err := os.WriteFile(f.file("kubeconfig"), []byte(kubeconfig), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.file("token"), []byte(fluxToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// set what it answers, or look at what it was asked.
func (f *flux) set(how func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	how()
}

func (f *flux) file(name string) string { return filepath.Join(filepath.Dir(f.work), name) }

// hook writes the post-receive hook, which keeps how notify ends. Some git servers run
// theirs without a home directory.
func (f *flux) hook(t *testing.T, flags string) {
	t.Helper()
	text := fmt.Sprintf("#!/bin/sh\nexport HOME=/dev/null\ngate notify %s\ncode=$?\necho $code >'%s'\nexit $code\n", flags, f.file("code"))
	if err := os.WriteFile(filepath.Join(f.bare, "hooks", "post-receive"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func (f *flux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	silent := f.silent
	f.mu.Unlock()
	if silent {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not see that the client went away
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Second):
		}
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		f.pokes++
		f.updates = string(body)
		switch {
		case f.status != 0:
			w.WriteHeader(f.status)
		case r.URL.Path != receiver.Path([]byte(fluxToken), "flux-system", "lake"):
			w.WriteHeader(http.StatusNotFound)
		case r.Header.Get("X-Signature") != receiver.Sign([]byte(fluxToken), body):
			w.WriteHeader(http.StatusBadRequest)
		default:
			var pushed struct{ Updates []receiver.Update }
			if json.Unmarshal(body, &pushed) == nil && len(pushed.Updates) > 0 {
				f.commit = pushed.Updates[0].After
			}
		}
		return
	}
	if f.denied {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"sesame"}`)
		return
	}
	revision := "main@sha1:" + f.commit
	if strings.Contains(r.URL.Path, "gitrepositories") {
		fmt.Fprintf(w, `{"metadata":{"namespace":"lotus-lake","name":"lake"},"spec":{"interval":"1m","ref":{"branch":"main"}},"status":{"artifact":{"revision":%q,"lastUpdateTime":"2026-01-06T22:08:00Z"}}}`, revision)
		return
	}
	status := fmt.Sprintf(`{"lastAttemptedRevision":%[1]q,"lastPlannedRevision":%[1]q,"lastAppliedRevision":%[1]q,"lastPlanAt":"2026-01-06T22:08:30Z","conditions":[{"type":"Ready","status":"True","reason":"NoDrift"}]}`, revision)
	if f.fails {
		status = fmt.Sprintf(`{"lastAttemptedRevision":%q,"reconciliationFailures":1,"conditions":[{"type":"Ready","status":"False","reason":"TFExecPlanFailed","message":"Error: no such \u001b[31mthing\n  password = \"sesame\""}]}`, revision)
	}
	fmt.Fprintf(w, `{"items":[{"metadata":{"namespace":"lotus-lake","name":"airbyte"},"spec":{"interval":"10m","retryInterval":"1m","approvePlan":"auto","sourceRef":{"kind":"GitRepository","name":"lake"}},"status":%s}]}`, status)
}

// pushed pushes a commit, and gives what the pusher reads, without times, and how the hook
// ended. The push itself must succeed in any case.
func (f *flux) pushed(t *testing.T) (said, code string) {
	t.Helper()
	f.git(t, "commit", "-q", "--allow-empty", "-m", "A change")
	v := f.push(t, "main")
	if !v.accepted {
		t.Errorf("the push failed: %s", v.message)
	}
	if v.took > 15*time.Second {
		t.Errorf("the push took %s", v.took)
	}
	if strings.Contains(v.message, "sesame") || strings.Contains(v.message, "/hook/") || strings.Contains(v.message, "\x1b") {
		t.Errorf("a secret or a control byte is told:\n%s", v.message)
	}
	text, err := os.ReadFile(f.file("code"))
	if err != nil {
		t.Fatal(err)
	}
	return v.message, strings.TrimSpace(string(text))
}

func (f *flux) receive() string {
	return fmt.Sprintf("--receiver %s --receiver-name flux-system/lake --token-file '%s'", f.server.URL, f.file("token"))
}

func (f *flux) follow() string {
	return fmt.Sprintf("--follow --kubeconfig '%s'", f.file("kubeconfig"))
}

// TestNotify pushes for real: what the pusher reads after it, and that the push stands
// whatever comes of the hook.
func TestNotify(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*flux)
		flags   func(*flux) string
		code    string
		said    []string
	}{
		"told": {nil, (*flux).receive, "0", []string{"receiver told Flux to look"}},
		"applied": {nil, func(f *flux) string { return f.receive() + " " + f.follow() }, "0", []string{
			"receiver told Flux to look", "source   GitRepository lotus-lake/lake serves main@sha1:", "plan     Terraform lotus-lake/airbyte planned", "apply    Terraform lotus-lake/airbyte applied", "applied  ",
		}},
		"stuck": {func(f *flux) { f.fails = true }, func(f *flux) string { return f.receive() + " " + f.follow() }, "1", []string{
			"plan     Terraform lotus-lake/airbyte: TFExecPlanFailed", `| Error: no such \x1b[31mthing`, "|   password = ‹hidden›", "fix: push a fix; until then this commit is tried again every 1m", "stuck    ", "gate status ",
		}},
		"another token": {func(f *flux) { f.status = 400 }, (*flux).receive, "3", []string{"gate: warning: Flux was not told of this push", "does not take the signature"}},
		"the Receiver is silent": {func(f *flux) { f.silent = true }, func(f *flux) string { return f.receive() + " --poke-timeout 300ms" }, "3", []string{
			"gate: warning: Flux was not told of this push", "no answer in time",
		}},
		"the cluster is silent": {func(f *flux) { f.silent = true }, func(f *flux) string { return f.follow() + " --timeout 500ms" }, "3", []string{"not applied within the time given (500ms)", "`gate status "}},
		"no rights":             {func(f *flux) { f.denied = true }, (*flux).follow, "3", []string{`a Role with verb "list" on resource "terraforms" of API group "infra.contrib.fluxcd.io" is missing`}},
		"not fetched": {nil, func(f *flux) string { return f.follow() + " --timeout 700ms" }, "3", []string{
			"Terraform lotus-lake/airbyte is waiting at source: GitRepository lotus-lake/lake serves main@sha1:", "and looks every 1m",
		}},
		"no token":   {nil, func(f *flux) string { return "--receiver " + f.server.URL + " --receiver-name a/b" }, "2", []string{"token is missing: set FLUX_RECEIVER_TOKEN"}},
		"to nobody":  {nil, func(*flux) string { return "" }, "2", []string{"there is nobody to notify"}},
		"no file":    {nil, func(f *flux) string { return "--receiver " + f.server.URL + " --token-file /nowhere" }, "2", []string{"read the Receiver's token: open /nowhere"}},
		"no cluster": {nil, func(*flux) string { return "--follow --kubeconfig /nowhere" }, "2", []string{"read kubeconfig: stat /nowhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFlux(t)
			if c.prepare != nil {
				c.prepare(f)
			}
			f.hook(t, c.flags(f))
			said, code := f.pushed(t)
			if code != c.code {
				t.Errorf("the hook ends with %s, want %s", code, c.code)
			}
			for _, want := range c.said {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
		})
	}
}

// TestNotifyHangs: what holds on to the process, such as a credential plugin of the
// kubeconfig, does not hold up the push.
func TestNotifyHangs(t *testing.T) {
	f := newFlux(t)
	plugin := `{"apiVersion":"v1","kind":"Config","current-context":"a","clusters":[{"name":"c","cluster":{"server":"https://127.0.0.1:1"}}],
"users":[{"name":"u","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"sleep","args":["30"],"interactiveMode":"Never"}}}],
"contexts":[{"name":"a","context":{"cluster":"c","user":"u"}}]}`
	if err := os.WriteFile(f.file("kubeconfig"), []byte(plugin), 0o600); err != nil {
		t.Fatal(err)
	}
	f.hook(t, f.follow()+" --timeout 500ms")
	if said, code := f.pushed(t); code != "3" || !strings.Contains(said, "no answer within 500ms") {
		t.Errorf("%s: %s", code, said)
	}
}

// TestNotifyDeletes: nothing is told of a branch that is gone, and refs of other kinds.
func TestNotifyDeletes(t *testing.T) {
	f := newFlux(t)
	f.git(t, "push", "-q", "origin", "main:side")
	f.hook(t, f.receive()+" "+f.follow())
	f.push(t, ":side")
	f.push(t, "main:refs/notes/x")
	f.set(func() {
		if f.pokes != 0 {
			t.Errorf("%d pokes", f.pokes)
		}
	})
	f.git(t, "tag", "v1")
	f.push(t, "v1")
	f.set(func() {
		if f.pokes != 1 || !strings.Contains(f.updates, `"ref":"refs/tags/v1"`) {
			t.Errorf("%d pokes, %s", f.pokes, f.updates)
		}
	})
}

// gate runs the command in this process.
func (f *flux) gate(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	code := run(context.Background(), args, strings.NewReader(""), &out, &out)
	if strings.Contains(out.String(), "sesame") || strings.Contains(out.String(), "\x1b") {
		t.Errorf("a secret or a control byte is told:\n%s", &out)
	}
	return out.String(), code
}

// TestStatus asks for revisions in a clone, and outside of one.
func TestStatus(t *testing.T) {
	f := newFlux(t)
	first := f.commit
	f.git(t, "commit", "-q", "--allow-empty", "-m", "Second")
	second := f.git(t, "rev-parse", "HEAD")
	in := []string{"--kubeconfig", f.file("kubeconfig"), "--dir", f.work}
	for _, c := range []struct {
		commit string // that is served
		args   []string
		code   int
		want   string
	}{
		{first, nil, 0, "Terraform lotus-lake/airbyte: applied"},
		{first, []string{"HEAD"}, 1, "waiting at source"},
		{second, []string{"HEAD"}, 0, ": applied"},
		{second, []string{"HEAD~1"}, 0, ", which contains it"},
		{strings.Repeat("9", 40), []string{"HEAD"}, 1, "fix: if it is newer: git fetch, and look again"},
		{first, []string{"--source", "other"}, 3, "no Terraform object in namespace lotus-lake has a source named other"},
		{first, []string{"--format", "json"}, 0, `"verdict": "applied"`},
		{first, []string{"--wait-stable=200ms"}, 0, "stable: nothing changed for 200ms, and every Terraform object (1) has applied its newest revision"},
		{first, []string{"no-such-branch"}, 2, "no-such-branch"},
		{first, []string{"--format", "xml"}, 2, "want text or json"},
		{first, []string{"--wait-stable=soon"}, 2, "is no time"},
		{first, []string{"--wait-stable=5m", "--timeout", "1m"}, 2, "leaves no time"},
		{first, []string{"--timeout", "1m"}, 2, "goes with --wait-stable"},
		{first, []string{"-A", "-n", "x"}, 2, "none of the others can be"},
	} {
		f.set(func() { f.commit = c.commit })
		out, code := f.gate(t, append(append([]string{"status"}, c.args...), in...)...)
		if code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("status %q with %.7s served: exit %d, want %d and %q:\n%s", c.args, c.commit, code, c.code, c.want, out)
		}
	}
	f.set(func() { f.commit = first })
	if out, code := f.gate(t, "status", first, "--kubeconfig", f.file("kubeconfig"), "--dir", t.TempDir()); code != 0 || !strings.Contains(out, "applied") {
		t.Errorf("without a repository: exit %d\n%s", code, out)
	}
	f.set(func() { f.denied = true })
	if out, code := f.gate(t, append([]string{"status"}, in...)...); code != 3 || !strings.Contains(out, `verb "list" on resource "terraforms"`) {
		t.Errorf("without rights: exit %d\n%s", code, out)
	}
	f.set(func() { f.denied, f.fails = false, true })
	if out, code := f.gate(t, append([]string{"status", "--wait-stable=300ms"}, in...)...); code != 1 || !strings.Contains(out, "not applied, and nothing changed for 300ms") || !strings.Contains(out, "TFExecPlanFailed") {
		t.Errorf("stuck: exit %d\n%s", code, out)
	}
}
