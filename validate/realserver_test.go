package validate_test

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

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
