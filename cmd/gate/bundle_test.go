package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotus-lake/lotus-gate/test/registry"
	"github.com/lotus-lake/lotus-gate/test/tree"
)

// lakeKey is the key of testdata/script/bundle.txtar; theirKey is somebody else's.
const (
	lakeKey     = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIKxDvNXKCRJ3S0U6DjG+HEBtVpj4g2uYm+1gYFlngozH\n-----END PRIVATE KEY-----\n"
	lakePublic  = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEABVDI13rYlvxUltol7S9Cu6YGqeQjxiCbDSzOT6cpMcE=\n-----END PUBLIC KEY-----\n"
	theirKey    = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"
	lakeRule    = `deny contains {"message": "one"} if input.object.kind == "ConfigMap"`
	laterRule   = `deny contains {"message": "two"} if input.object.kind == "ConfigMap"`
	theirAnswer = `deny contains {"message": "three"} if input.object.kind == "Never"`
)

// publisher builds and publishes on one machine.
type publisher struct {
	dir string
	r   *registry.Registry
}

func (a publisher) publish(t *testing.T, key, rule string) {
	t.Helper()
	tree.Write(t, a.dir, map[string]string{"key.pem": key, "policies/house/tried.rego": ruleText(rule)})
	for _, args := range [][]string{
		{"bundle", "build", "policies", "--key", "key.pem", "--key-id", "lake"},
		{"bundle", "push", "bundle.tar.gz", a.r.Ref("stable"), "--registry-config", a.r.Credentials, "--bundle-ca", a.r.CA},
	} {
		if o := runGate(t, a.dir, args...); o.code != 0 {
			t.Fatalf("gate %q: exit %d\n%s%s", args, o.code, o.stdout, o.stderr)
		}
	}
}

// TestBundleFromRegistry: what is built and signed in one place judges in another. What
// is published after that and may not be used changes nothing, and is told of.
func TestBundleFromRegistry(t *testing.T) {
	r := registry.Start(t, true)
	a := publisher{t.TempDir(), r}
	a.publish(t, lakeKey, lakeRule)
	place := files(t, map[string]string{"lake/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", "lake.pub": lakePublic, "elsewhere/.keep": ""})
	flags := []string{"--bundle", r.Ref("stable"), "--bundle-key", "lake=lake.pub", "--registry-config", r.Credentials, "--bundle-ca", r.CA}
	check := func(cache string) outcome {
		t.Helper()
		return runGate(t, place, append([]string{"check", "lake", "--no-color", "--bundle-cache", cache}, flags...)...)
	}
	expect := func(what string, o outcome, code int, say ...string) {
		t.Helper()
		if o.code != code {
			t.Errorf("%s: exit %d, want %d\n%s%s", what, o.code, code, o.stdout, o.stderr)
		}
		for _, text := range say {
			if !strings.Contains(o.stdout+o.stderr, text) {
				t.Errorf("%s: no word of %q\n%s%s", what, text, o.stdout, o.stderr)
			}
		}
	}
	expect("at first", check("cache"), 1, "house/tried", "map.yaml:1:1: one")
	a.publish(t, lakeKey, laterRule)
	expect("a new one", check("cache"), 1, "map.yaml:1:1: two")
	if asked := r.Asked(); len(asked) == 0 {
		t.Error("nobody was asked")
	}

	r.Answer(http.StatusInternalServerError)
	expect("away", check("cache"), 1, "gate: warning: fetch oci://", "HTTP 500", "its last good revision", "map.yaml:1:1: two")
	expect("away, and nothing is kept", check("empty"), 3, "HTTP 500 Internal Server Error: the server cannot answer now")
	r.Answer(0)

	a.publish(t, theirKey, theirAnswer)
	expect("by a thief", check("cache"), 1, `gate: warning: bundle oci://`, `the signature is not of key "lake"`, "its last good revision", "map.yaml:1:1: two")
	expect("by a thief, and nothing is kept", check("empty"), 2, `refused: the signature is not of key "lake"`)
	if o := runGate(t, place, append([]string{"bundle", "pull", r.Ref("stable"), "--output", "lake.pub"}, flags[2:]...)...); o.code != 2 || read(t, filepath.Join(place, "lake.pub")) != lakePublic {
		t.Errorf("pulled what is refused: exit %d\n%s%s", o.code, o.stdout, o.stderr)
	}
	expect("verify", runGate(t, place, append([]string{"bundle", "verify", r.Ref("stable")}, flags[2:]...)...), 1, `the signature is not of key "lake"`)
	expect("no such tag", runGate(t, place, append([]string{"bundle", "verify", r.Ref("none")}, flags[2:]...)...), 3, "HTTP 404 Not Found: there is no such bundle")

	a.publish(t, lakeKey, lakeRule)
	expect("mended", check("cache"), 1, "map.yaml:1:1: one")
	expect("pull", runGate(t, place, append([]string{"bundle", "pull", r.Ref("stable")}, flags[2:]...)...), 0, `bundle.tar.gz: revision `, `signed with key "lake"`)
	expect("the file", runGate(t, place, "check", "lake", "--bundle", "bundle.tar.gz", "--bundle-key", "lake=lake.pub"), 1, "map.yaml:1:1: one")
	expect("not the repository's to say", runGate(t, files(t, map[string]string{".lotus-gate.yaml": "version: 1\nbundles: [x]\n"}), "check"), 2, "bundles")
}

// TestBundleAtThePush: a server's hook fetches the bundle, and judges pushes with it.
func TestBundleAtThePush(t *testing.T) {
	r := registry.Start(t, false)
	publisher{t.TempDir(), r}.publish(t, lakeKey, lakeRule)
	g := newGuarded(t)
	key := filepath.Join(t.TempDir(), "lake.pub")
	if err := os.WriteFile(key, []byte(lakePublic), 0o600); err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	if err := writeHook(g.bare, "--bundle", r.Ref("stable"), "--bundle-key", "lake="+key, "--registry-config", r.Credentials, "--bundle-ca", r.CA, "--bundle-cache", cache); err != nil {
		t.Fatal(err)
	}
	g.write(t, "map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
	g.commit(t)
	push := func() string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", "push", "-q", "origin", "main")
		cmd.Dir, cmd.Env = g.work, g.env
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Errorf("pushed\n%s", out)
		}
		return string(out)
	}
	if said := push(); !strings.Contains(said, "map.yaml:1:1: one") {
		t.Errorf("no word of the bundle's rule:\n%s", said)
	}
	r.Answer(http.StatusServiceUnavailable)
	if said := push(); !strings.Contains(said, "map.yaml:1:1: one") || !strings.Contains(said, "HTTP 503 Service Unavailable") {
		t.Errorf("the registry is away:\n%s", said)
	}
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	if said := push(); !strings.Contains(said, "gate: fetch oci://") || strings.Contains(said, "map.yaml") {
		t.Errorf("the registry is away and nothing is kept:\n%s", said)
	}
}
