package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	opa "github.com/open-policy-agent/opa/v1/bundle"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
	"github.com/lotus-lake/lotus-gate/policy/remote"
	"github.com/lotus-lake/lotus-gate/test/program"
	"github.com/lotus-lake/lotus-gate/test/registry"
	"github.com/lotus-lake/lotus-gate/test/tree"
)

// Keys of this test alone.
const (
	lakeKey    = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIKxDvNXKCRJ3S0U6DjG+HEBtVpj4g2uYm+1gYFlngozH\n-----END PRIVATE KEY-----\n"
	lakePublic = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEABVDI13rYlvxUltol7S9Cu6YGqeQjxiCbDSzOT6cpMcE=\n-----END PUBLIC KEY-----\n"
	theirKey   = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"
)

// publisher builds bundles with the real gate, on what stands for another machine.
type publisher struct {
	t    *testing.T
	r    *registry.Registry
	dir  string
	gate string
}

func newPublisher(t *testing.T) *publisher {
	t.Helper()
	p := &publisher{t: t, r: registry.Start(t, true), dir: t.TempDir()}
	p.gate = filepath.Join(p.dir, "gate")
	if err := program.Build(t.Context(), p.dir, "../gate"); err != nil {
		t.Fatal(err)
	}
	p.write("key.pem", lakeKey)
	p.write("key.pub", lakePublic)
	return p
}

func (p *publisher) write(name, text string) {
	p.t.Helper()
	tree.Write(p.t, p.dir, map[string]string{name: text})
}

// run runs the gate; it returns its exit code and what it says.
func (p *publisher) run(args ...string) (int, string) {
	p.t.Helper()
	cmd := exec.Command(p.gate, args...)
	cmd.Dir, cmd.Env = p.dir, append(os.Environ(), "HOME="+p.dir)
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		p.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// build makes a bundle that refuses ConfigMaps called "forbidden".
func (p *publisher) build(revision string) []byte {
	p.t.Helper()
	p.write("policies/named.rego", `# METADATA
# title: Forbidden name
# description: It is tried.
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: choose another
#   admission:
#     resources: [core/v1/configmaps]
#     operations: [CREATE]
package house.named

deny contains {"message": "forbidden by `+revision+`", "field": ["metadata", "name"]} if input.object.metadata.name == "forbidden"
`)
	if code, out := p.run("bundle", "build", "policies", "--revision", revision, "--key", "key.pem", "--key-id", "lake"); code != 0 {
		p.t.Fatalf("build: exit %d\n%s", code, out)
	}
	archive, err := os.ReadFile(filepath.Join(p.dir, "bundle.tar.gz"))
	if err != nil {
		p.t.Fatal(err)
	}
	return archive
}

// publish pushes any bytes, as who can write to the registry could.
func (p *publisher) publish(archive []byte) {
	p.t.Helper()
	client, err := remote.New(remote.Config{CA: p.r.CA, Credentials: p.r.Credentials})
	if err != nil {
		p.t.Fatal(err)
	}
	ref, err := remote.ParseRef(p.r.Ref("stable"))
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := client.Push(p.t.Context(), ref, archive, "pushed"); err != nil {
		p.t.Fatal(err)
	}
}

// configuration of a webhook that follows the bundle.
func (p *publisher) configuration(cache string) string {
	p.t.Helper()
	name := filepath.Join(p.t.TempDir(), "config.yaml")
	text := fmt.Sprintf("policies:\n  cache: %s\n  bundles:\n    - {name: house, ref: '%s', poll: 1s, timeout: 5s, credentials: %s, ca: %s}\n  keys:\n    - id: lake\n      key: |\n        %s",
		cache, p.r.Ref("stable"), p.r.Credentials, p.r.CA, strings.ReplaceAll(lakePublic, "\n", "\n        "))
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return name
}

// tampered are bundles that somebody without the key can make of a good one, with what
// is said of them.
func (p *publisher) tampered(good []byte) map[string]struct {
	archive []byte
	say     string
} {
	p.t.Helper()
	repacked := func(change func(map[string][]byte)) []byte {
		files, err := bundle.Unpack(good)
		if err != nil {
			p.t.Fatal(err)
		}
		change(files)
		archive, err := bundle.Pack(files)
		if err != nil {
			p.t.Fatal(err)
		}
		return archive
	}
	their, err := bundle.ParseSigningKey("lake", "", "", []byte(theirKey))
	if err != nil {
		p.t.Fatal(err)
	}
	other, err := bundle.ParseSigningKey("other", "", "", []byte(theirKey))
	if err != nil {
		p.t.Fatal(err)
	}
	signed := func(key bundle.SigningKey) []byte {
		archive, err := bundle.Sign(good, key)
		if err != nil {
			p.t.Fatal(err)
		}
		return archive
	}
	nameless, err := opa.GenerateSignedToken(nil, opa.NewSigningConfig(theirKey, "EdDSA", ""), "")
	if err != nil {
		p.t.Fatal(err)
	}
	return map[string]struct {
		archive []byte
		say     string
	}{
		"unsigned":        {repacked(func(f map[string][]byte) { delete(f, ".signatures.json") }), "it is not signed"},
		"an unknown key":  {signed(other), `signed with key "other", which is not trusted`},
		"a thief's key":   {signed(their), `the signature is not of key "lake"`},
		"an empty key id": {repacked(func(f map[string][]byte) { f[".signatures.json"] = []byte(`{"signatures": ["` + nameless + `"]}`) }), "its signature names no key"},
		"a rule changed":  {repacked(func(f map[string][]byte) { f["named.rego"] = append(f["named.rego"], "\n# x\n"...) }), "named.rego was changed"},
		"a file added":    {repacked(func(f map[string][]byte) { f["more.rego"] = []byte("package house.more\n") }), "more.rego was added"},
		"a file removed":  {repacked(func(f map[string][]byte) { delete(f, "named.rego") }), "named.rego was removed"},
		"another path":    {repacked(func(f map[string][]byte) { f["../evil.rego"] = []byte("package house.more\n") }), "leads out of the bundle"},
		"a bomb":          {repacked(func(f map[string][]byte) { f["zeros"] = make([]byte, 40<<20) }), "it unpacks to more than"},
		"no archive":      {[]byte("<html>"), "no bundle: a gzipped tar archive is wanted"},
		"a delta":         {repacked(func(f map[string][]byte) { f["patch.json"] = []byte(`{"data":[]}`) }), "a delta bundle, which cannot be signed"},
	}
}

// TestBundles: a bundle that was built and signed elsewhere is pulled from a real
// registry by the real gate and by the real webhook, which answers the real API server
// with it. Whatever else is published is refused by both, and the last good one serves;
// it is there at the next start, also without the registry.
func TestBundles(t *testing.T) {
	k := needCluster(t)
	own, ns := namespace(t, k, "gate"), namespace(t, k, "lake")
	p := newPublisher(t)
	one := p.build("r1")
	p.publish(one)
	cache, address := t.TempDir(), freePorts(t, 1)[0]
	begin := func(cache string) *process {
		return start(t, "--namespace", own, "--bind-address", address, "--webhook-url", "https://"+address, "--webhook-configuration", own,
			"--drain-delay", "0s", "--leader-elect=false", "--config", p.configuration(cache))
	}
	webhook := begin(cache)
	webhook.waitReady()
	forbidden := func(by string) {
		t.Helper()
		eventually(t, 20*time.Second, "forbidden by "+by, func() error { return forbids(t.Context(), k, ns, by) })
	}
	says := func(process *process, text string) {
		t.Helper()
		eventually(t, 20*time.Second, text, func() error {
			_, said, err := get(process.health + "/readyz")
			if err != nil || !strings.Contains(said, text) {
				return fmt.Errorf("%s: %w", said, errors.Join(err, errNotYet))
			}
			return nil
		})
	}
	forbidden("r1")
	says(webhook, "; bundle house of revision r1\n")
	verify := []string{"bundle", "verify", p.r.Ref("stable"), "--bundle-key", "lake=key.pub", "--registry-config", p.r.Credentials, "--bundle-ca", p.r.CA}
	if code, out := p.run(verify...); code != 0 || !strings.Contains(out, `revision r1, 1 Rego files, signed with key "lake"`) {
		t.Errorf("gate: exit %d\n%s", code, out)
	}
	for name, tc := range p.tampered(one) {
		p.publish(tc.archive)
		if code, out := p.run(verify...); code != 1 || !strings.Contains(out, tc.say) {
			t.Errorf("%s: gate: exit %d, no word of %q\n%s", name, code, tc.say, out)
		}
		says(webhook, "[+] rules: ")
		says(webhook, tc.say)
		forbidden("r1")
	}
	two := p.build("r2")
	p.publish(two)
	forbidden("r2")
	says(webhook, "; bundle house of revision r2\n")
	_, metrics, err := get(webhook.metrics)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`lotus_gate_bundle_info{bundle="house",digest="sha256:`, `revision="r2"} 1`, `lotus_gate_bundle_failed{bundle="house"} 0`, `lotus_gate_bundle_fetch_total{bundle="house",result="refused"}`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}

	p.r.Answer(http.StatusServiceUnavailable)
	says(webhook, "HTTP 503 Service Unavailable")
	webhook.terminate()
	if code := webhook.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	webhook = begin(cache)
	webhook.waitReady()
	forbidden("r2")
	says(webhook, "; bundle house of revision r2 (what is published now does not serve: ")
	webhook.terminate()
	webhook.wait()

	webhook = begin(t.TempDir())
	says(webhook, "[-] rules: bundle house has never been loaded: fetch oci://")
	p.r.Answer(0)
	webhook.waitReady()
	forbidden("r2")
}

// forbids reports whether the API server refuses a ConfigMap because of the bundle.
func forbids(ctx context.Context, k client.Client, ns, by string) error {
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "forbidden"}}
	err := k.Create(ctx, object, client.DryRunAll)
	if err == nil || !strings.Contains(err.Error(), "house/named: forbidden by "+by) {
		return fmt.Errorf("answer: %w", errors.Join(err, errNotYet))
	}
	return nil
}
