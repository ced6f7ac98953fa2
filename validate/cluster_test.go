package validate_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	testcluster "github.com/lotus-lake/lotus-gate/test/cluster"
)

// TestCluster runs what needs an API server against one.
func TestCluster(t *testing.T) {
	r := &real{audit: filepath.Join(t.TempDir(), "audit.log")}
	r.Cluster = testcluster.ForTest(t, testcluster.Options{APIOnly: true, AuditLog: r.audit})
	if _, err := envtest.InstallCRDs(r.Config(), envtest.CRDInstallOptions{Paths: []string{"../tofu/crd.yaml", "../test/standin/definitions.yaml"}, ErrorIfPathMissing: true}); err != nil {
		t.Fatal(err)
	}
	r.serve(t)
	r.populate(t)
	t.Run("Warning", r.testWarning)
	t.Run("Refusal", r.testRefusal)
	t.Run("Protection", r.testProtection)
	t.Run("Terraforms", r.testTerraforms)
	t.Run("Streams", r.testStreams)
	t.Run("Remedies", r.testRemedies)
	t.Run("BreakGlass", r.testBreakGlass)
	t.Run("NoVerdict", r.testNoVerdict)
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
Warning: manifest/forced: fix: remove ` + "`force: true`; to reconcile once, run `kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`" + `
Warning: terraform_object/missing_reference: Terraform object forced needs GitRepository lotus-lake/lake, which is not there (spec.sourceRef)
Warning: terraform_object/missing_reference: fix: create what is missing, or correct the name; then have it run: ` + "`kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`" + `
terraform.infra.contrib.fluxcd.io/forced created
`
	if diff := cmp.Diff(want, got); diff != "" {
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

func (r *real) testRefusal(t *testing.T) {
	got, err := r.kubectl(t, strings.ReplaceAll(forcedYAML, "destroyResourcesOnDeletion: true", "destroyResourcesOnDeletion: false"), "alice", "create", "--dry-run=server", "-f", "-")
	if err == nil || !strings.HasSuffix(got, `admission webhook "ignore.lotus-gate.dev" denied the request: manifest/orphans_on_delete: `+
		"Terraform object forced leaves its resources behind when it is deleted (spec.destroyResourcesOnDeletion). Fix: set `destroyResourcesOnDeletion: true` under `spec`. "+
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
