package validate_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/serve/registration"
	"github.com/lotus-lake/lotus-gate/serve/review"
	testcluster "github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate"
	"github.com/lotus-lake/lotus-gate/validate/cluster"
)

const runner = "system:serviceaccount:lotus-lake:tf-runner"

// real is an API server whose requests are judged with the shipped rules.
type real struct {
	*testcluster.Cluster
	audit string
	down  atomic.Bool // the cluster cannot be asked
}

// TestCluster runs what needs an API server against one.
func TestCluster(t *testing.T) {
	r := &real{audit: filepath.Join(t.TempDir(), "audit.log")}
	r.Cluster = testcluster.ForTest(t, testcluster.Options{APIOnly: true, AuditLog: r.audit})
	if _, err := envtest.InstallCRDs(r.Config(), envtest.CRDInstallOptions{Paths: []string{"../tofu/crd.yaml"}, ErrorIfPathMissing: true}); err != nil {
		t.Fatal(err)
	}
	r.serve(t)
	r.populate(t)
	t.Run("Warning", r.testWarning)
	t.Run("Refusal", r.testRefusal)
	t.Run("Protection", r.testProtection)
	t.Run("Terraforms", r.testTerraforms)
	t.Run("Streams", r.testStreams)
	t.Run("BreakGlass", r.testBreakGlass)
	t.Run("NoVerdict", r.testNoVerdict)
}

// serve registers the handler as the webhook would be.
func (r *real) serve(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policy.NewEngine(set, policy.Config{Rules: map[string]policy.RuleConfig{
		"state/protected": {Parameters: map[string]any{"break_glass_groups": []any{"oncall"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.PrepareRequests(t.Context()); err != nil {
		t.Fatal(err)
	}
	admin := r.clientFor(t, "admin", "system:masters")
	h := validate.New(validate.Config{
		Policies: func() validate.Policies { return validate.Policies{Set: set, Engine: engine, Revision: "r1"} },
		Live:     switchable{cluster.New(cluster.Config{Cached: admin, Live: admin}), &r.down},
	})
	mux := http.NewServeMux()
	mux.Handle("/validate/{entry}", review.Entries(h.Entry, "validate", nil))
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	v, _, err := registration.Generate(set.Rules(), registration.Options{
		URL: server.URL, CABundle: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), TimeoutSeconds: 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.Create(t.Context(), v); err != nil {
		t.Fatal(err)
	}
}

type switchable struct {
	*cluster.Facts
	down *atomic.Bool
}

func (s switchable) Live(ctx context.Context, r *admissionv1.AdmissionRequest) (map[string]any, error) {
	if s.down.Load() {
		return nil, errors.New("no answer in time")
	}
	return s.Facts.Live(ctx, r)
}

// populate makes a Terraform object, its state, and users who may do everything.
func (r *real) populate(t *testing.T) {
	admin := r.clientFor(t, "admin", "system:masters")
	bindings := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "everything"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "Group", Name: "developers"}},
	}
	for _, o := range []client.Object{
		bindings, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "lotus-lake"}},
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "tf-runner", Namespace: "lotus-lake"}},
	} {
		if err := admin.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	// The configuration acts when a Terraform object is refused.
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := admin.Create(t.Context(), terraformObject("probe", map[string]any{"destroyResourcesOnDeletion": false}), client.DryRunAll)
		if apierrors.IsForbidden(err) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the webhook is not asked: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := admin.Create(t.Context(), terraformObject("lake", nil)); err != nil {
		t.Fatal(err)
	}
}

func terraformObject(name string, spec map[string]any) *unstructured.Unstructured {
	all := map[string]any{
		"interval": "5m", "sourceRef": map[string]any{"kind": "GitRepository", "name": "lake"}, "destroyResourcesOnDeletion": true,
	}
	for key, value := range spec {
		all[key] = value
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform",
		"metadata": map[string]any{"name": name, "namespace": "lotus-lake"}, "spec": all,
	}}
}

// warned is a client that keeps the warnings it was given.
type warned struct {
	client.Client
	mu    sync.Mutex
	given []string
}

func (w *warned) HandleWarningHeader(_ int, _ string, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given = append(w.given, text)
}

func (w *warned) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	given := w.given
	w.given = nil
	return given
}

func (r *real) clientFor(t *testing.T, user string, groups ...string) *warned {
	t.Helper()
	config, err := r.ConfigFor(user, groups...)
	if err != nil {
		t.Fatal(err)
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, tofu.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	w := &warned{}
	config.WarningHandler = w
	if w.Client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		t.Fatal(err)
	}
	return w
}

// kubectl runs it as a user and gives what it says.
func (r *real) kubectl(t *testing.T, stdin, user string, args ...string) (string, error) {
	t.Helper()
	config, err := r.KubeconfigFor(user, "developers")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "../.cache/controlplane/bin/kubectl", append([]string{"--kubeconfig", config, "-n", "lotus-lake"}, args...)...)
	cmd.Stdin, cmd.Env = strings.NewReader(stdin), append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

const forcedYAML = `apiVersion: infra.contrib.fluxcd.io/v1alpha2
kind: Terraform
metadata: {name: forced, namespace: lotus-lake}
spec: {interval: 5m, force: true, destroyResourcesOnDeletion: true, sourceRef: {kind: GitRepository, name: lake}}
`

// testWarning: kubectl shows warnings, and the audit log has rule and decision.
func (r *real) testWarning(t *testing.T) {
	got, err := r.kubectl(t, forcedYAML, "alice", "apply", "-f", "-")
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	want := `Warning: manifest/forced: Terraform object forced plans and applies at every reconcile, changed or not (spec.force)
Warning: manifest/forced: fix: remove ` + "`force: true`; to reconcile once, run `kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=\\\"$(date +%s)\\\" --overwrite`" + `
Warning: terraform_object/missing_reference: Terraform object forced needs GitRepository lotus-lake/lake, which is not there (spec.sourceRef)
Warning: terraform_object/missing_reference: fix: create what is missing, or correct the name; then wait for the next interval or annotate the object with ` + "`reconcile.fluxcd.io/requestedAt`" + `
terraform.infra.contrib.fluxcd.io/forced created
`
	if diff := cmp.Diff(want, strings.ReplaceAll(got, `="$(date +%s)"`, `=\"$(date +%s)\"`)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	audited := map[string]string{
		"ignore.lotus-gate.dev/policy-revision":                    "r1",
		"ignore.lotus-gate.dev/manifest.forced":                    "warn: Terraform object forced plans and applies at every reconcile, changed or not (spec.force)",
		"ignore.lotus-gate.dev/terraform_object.missing_reference": "warn: Terraform object forced needs GitRepository lotus-lake/lake, which is not there (spec.sourceRef)",
	}
	if diff := cmp.Diff(audited, r.audited(t, "create", "forced")); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

// audited gives our annotations of the last request of a verb on an object.
func (r *real) audited(t *testing.T, verb, name string) map[string]string {
	t.Helper()
	f, err := os.Open(r.audit)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ours := map[string]string{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		var event struct {
			Verb        string
			ObjectRef   *corev1.ObjectReference
			Annotations map[string]string
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatal(err)
		}
		if event.Verb != verb || event.ObjectRef == nil || event.ObjectRef.Name != name {
			continue
		}
		clear(ours)
		for key, value := range event.Annotations {
			if strings.Contains(key, registration.Domain+"/") {
				ours[key] = value
			}
		}
	}
	return ours
}

func (r *real) testRefusal(t *testing.T) {
	got, err := r.kubectl(t, strings.ReplaceAll(forcedYAML, "destroyResourcesOnDeletion: true", "destroyResourcesOnDeletion: false"), "alice", "create", "--dry-run=server", "-f", "-")
	if err == nil || !strings.HasSuffix(got, `admission webhook "ignore.lotus-gate.dev" denied the request: manifest/orphans_on_delete: `+
		"Terraform object forced leaves its resources behind when it is deleted (spec.destroyResourcesOnDeletion). Fix: add `destroyResourcesOnDeletion: true` under `spec`. "+
		"More: https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/manifest/orphans_on_delete.md\n") {
		t.Errorf("%v\n%s", err, got)
	}
}

// testProtection replays the ways in which state is tampered with.
func (r *real) testProtection(t *testing.T) {
	ctx := t.Context()
	alice, ours := r.clientFor(t, "alice", "developers"), r.clientFor(t, runner, "developers")
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "tfstate-default-lake", Namespace: "lotus-lake", Labels: map[string]string{"tfstate": "true"}},
		Data:       map[string][]byte{"tfstate": []byte("planted")},
	}
	plain := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "airbyte", Namespace: "lotus-lake"}}
	for _, s := range []*corev1.Secret{secret, plain} {
		if err := ours.Create(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	patch := func(text string) func() error {
		return func() error {
			return alice.Patch(ctx, secret.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(text)))
		}
	}
	const end = "Secret lotus-lake/tfstate-default-lake, which holds the state of Terraform object lake"
	for name, tc := range map[string]struct {
		do   func() error
		want string // "" passes
	}{
		"delete":          {func() error { return alice.Delete(ctx, secret.DeepCopy()) }, "alice may not delete " + end},
		"delete, dry run": {func() error { return alice.Delete(ctx, secret.DeepCopy(), client.DryRunAll) }, "alice may not delete " + end},
		"delete all": {func() error {
			return alice.DeleteAllOf(ctx, &corev1.Secret{}, client.InNamespace("lotus-lake"), client.MatchingLabels{"tfstate": "true"})
		}, "alice may not delete " + end},
		"change":         {patch(`{"data":{"tfstate":"eA=="}}`), "alice may not change " + end},
		"strip a label":  {patch(`{"metadata":{"labels":{"tfstate":null}}}`), "alice may not change the labels (tfstate) of " + end + " (metadata.labels.tfstate)"},
		"change nothing": {patch(`{"metadata":{"labels":{"tfstate":"true"}}}`), ""},
		"another's":      {func() error { return alice.Delete(ctx, plain) }, ""},
		"the runner": {func() error {
			return ours.Patch(ctx, secret.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(`{"data":{"tfstate":"eQ=="}}`)))
		}, ""},
		"put anew": {func() error {
			var now corev1.Secret
			if err := alice.Get(ctx, client.ObjectKeyFromObject(secret), &now); err != nil {
				return err
			}
			return alice.Update(ctx, &now)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.do()
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "state/protected: "+tc.want+". Fix: ") || strings.Contains(err.Error(), "planted") {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

// testTerraforms: a second object on one state is refused, and one that is deleted
// says what it leaves behind.
func (r *real) testTerraforms(t *testing.T) {
	ctx := t.Context()
	alice := r.clientFor(t, "alice", "developers")
	second := terraformObject("second", map[string]any{"backendConfig": map[string]any{"secretSuffix": "lake"}})
	err := alice.Create(ctx, second)
	if want := "state/shared: Terraform object lotus-lake/second keeps its state in Secret tfstate-default-lake, as lotus-lake/lake does (spec.backendConfig.secretSuffix)"; !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	second = terraformObject("second", map[string]any{"backendConfig": map[string]any{"customConfiguration": "backend \"s3\" {}"}})
	if err := alice.Create(ctx, second); err != nil {
		t.Fatal(err)
	}
	alice.take()
	// The API server counts the spec's changes before we are asked: an annotation is none.
	for patch, want := range map[string]int{`{"metadata":{"annotations":{"a":"b"}}}`: 0, `{"spec":{"interval":"4m"}}`: 2} {
		if err := alice.Patch(ctx, second.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
			t.Fatal(err)
		}
		if got := alice.take(); len(got) != want {
			t.Errorf("%s: warnings %q, want %d", patch, got, want)
		}
	}
	if err := alice.Patch(ctx, second, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"destroyResourcesOnDeletion":null}}`))); !apierrors.IsForbidden(err) {
		t.Errorf("what would orphan resources: %v", err)
	}
	planned := terraformObject("planned", map[string]any{"planOnly": true, "destroyResourcesOnDeletion": false, "backendConfig": map[string]any{"secretSuffix": "gone"}})
	if err := alice.Create(ctx, planned); err != nil {
		t.Fatal(err)
	}
	alice.take()
	if err := alice.Patch(ctx, planned, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"planOnly":false}}`))); !apierrors.IsForbidden(err) {
		t.Errorf("what would orphan resources: %v", err)
	}
	alice.take()
	if err := alice.Delete(ctx, planned.DeepCopy(), client.DryRunAll); err != nil || alice.take() != nil {
		t.Errorf("%v: nothing is lost, so nothing is to be said", err)
	}
	kept := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "tfstate-default-gone", Namespace: "lotus-lake"},
		Data:       map[string][]byte{"tfstate": gzipped(t, `{"version": 4, "resources": [{"mode": "managed", "type": "airbyte_source", "name": "shopify", "instances": [{}]}]}`)},
	}
	if err := alice.Create(ctx, kept); err != nil {
		t.Fatal(err)
	}
	if err := alice.Delete(ctx, planned); err != nil {
		t.Fatal(err)
	}
	want := "state/orphans: deleting Terraform object planned leaves 1 resource behind: airbyte_source.shopify (spec.destroyResourcesOnDeletion)"
	if got := alice.take(); len(got) != 2 || got[0] != want {
		t.Errorf("warnings %q, want %s", got, want)
	}
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (r *real) testStreams(t *testing.T) {
	alice := r.clientFor(t, "alice", "developers")
	streams := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "shopify", Namespace: "lotus-lake", Labels: map[string]string{validate.SourceLabel: "shopify"}},
		Data:       map[string]string{"orders.json": `{"stream": "orders", "sync_mode": "incremental", "destination_sync_mode": "overwrite", "cursor_field": ["updated_at"]}`},
	}
	err := alice.Create(t.Context(), streams)
	if want := "stream/invalid_modes: "; !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "(orders.json: ") {
		t.Errorf("%v, want %s", err, want)
	}
	delete(streams.Labels, validate.SourceLabel)
	if err := alice.Create(t.Context(), streams); err != nil {
		t.Errorf("without the label: %v", err)
	}
}

func (r *real) testBreakGlass(t *testing.T) {
	oncall := r.clientFor(t, "olga", "developers", "oncall")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "tfstate-default-lake", Namespace: "lotus-lake"}}
	if err := oncall.Delete(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	const said = "olga may not delete Secret lotus-lake/tfstate-default-lake, which holds the state of Terraform object lake"
	if given := oncall.take(); len(given) != 2 || given[0] != "allowed for break-glass group oncall, and audited: state/protected: "+said {
		t.Errorf("warnings %q", given)
	}
	got := map[string]string{}
	for key, value := range r.audited(t, "delete", "tfstate-default-lake") {
		_, name, _ := strings.Cut(key, "/")
		got[name] = value
	}
	want := map[string]string{"policy-revision": "r1", "break-glass": "oncall", "state.protected": "break-glass: " + said}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

// testNoVerdict: where the handler cannot decide, the failure policy does.
func (r *real) testNoVerdict(t *testing.T) {
	ctx, alice := t.Context(), r.clientFor(t, "alice", "developers")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "tfstate-default-other", Namespace: "lotus-lake"}}
	if err := alice.Create(ctx, secret); err != nil {
		t.Fatal(err)
	}
	r.down.Store(true)
	defer r.down.Store(false)
	err := alice.Patch(ctx, secret, client.RawPatch("application/merge-patch+json", []byte(`{"data":{"tfstate":"eQ=="}}`)))
	if err == nil || !strings.Contains(err.Error(), "no verdict: ask the cluster: no answer in time") {
		t.Errorf("state was changed without a verdict: %v", err)
	}
	if err := alice.Create(ctx, terraformObject("third", map[string]any{"backendConfig": map[string]any{"secretSuffix": "lake"}})); err != nil {
		t.Errorf("a Terraform object was refused without a verdict: %v", err)
	}
}
