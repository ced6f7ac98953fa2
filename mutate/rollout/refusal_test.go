package rollout_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
	"github.com/lotus-lake/lotus-gate/mutate/rollout"
	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
	"github.com/lotus-lake/lotus-gate/mutate/values"
)

// controllerRules are the permissions that the controller needs, and no others.
var controllerRules = []rbacv1.PolicyRule{
	{APIGroups: []string{"apps"}, Resources: []string{"deployments", "statefulsets", "daemonsets"}, Verbs: []string{"get", "list", "watch", "patch"}},
	{APIGroups: []string{"batch"}, Resources: []string{"cronjobs"}, Verbs: []string{"get", "list", "watch", "patch"}},
	{APIGroups: []string{""}, Resources: []string{"secrets", "configmaps"}, Verbs: []string{"get", "list", "watch"}},
	{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"get", "list", "watch"}},
	{APIGroups: []string{"events.k8s.io"}, Resources: []string{"events"}, Verbs: []string{"create", "patch"}},
}

// grant a user of this name the rules over the cluster.
func (w *world) grant(user string, rules []rbacv1.PolicyRule) {
	w.Helper()
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: user}, Rules: rules}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: user}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
	}
	for _, object := range []client.Object{role, binding} {
		if err := w.Create(w.Context(), object); err != nil {
			w.Fatal(err)
		}
		w.Cleanup(func() { _ = w.Delete(context.Background(), object) })
	}
}

// The controller does all its work with the permissions that it names, here over all namespaces.
func TestPermissionsSuffice(t *testing.T) {
	w := newWorld(t)
	user := "controller-" + w.namespace
	w.grant(user, controllerRules)
	as, err := run(t).ConfigFor(user)
	if err != nil {
		t.Fatal(err)
	}
	w.create(secret("a", "password", "1"), deployment("app", template("a")))
	w.startAs(as, nil)
	w.fresh()
	w.set("a", "password", "2")
	w.wantRollouts("app", 1)
	w.wantEvent("app", "SecretChanged", "Secret/a")
}

// A Secret that may be watched but not read: the workload is told, and it goes on when the permission comes. Others are not concerned.
func TestForbiddenSecret(t *testing.T) {
	w := newWorld(t)
	user := "restricted-" + w.namespace
	w.grant(user, []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{"open"}, Verbs: []string{"get"}}})
	as, err := run(t).ConfigFor(user)
	if err != nil {
		t.Fatal(err)
	}
	restricted, err := client.New(as, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.create(secret("open", "password", "1"), secret("closed", "password", "1"), deployment("sees", template("open")), deployment("blind", template("closed")))
	keys := func() digest.Keyring { return ring("k1") }
	r := w.start(func(c *rollout.Config) { c.Values = values.New(values.Config{Client: restricted, Ring: keys}) })
	w.wantEvent("blind", "RolloutHeld", "may not read what it uses: 403 Forbidden")
	w.eventually("the other one is adopted", func() (bool, string) {
		return w.deployment("sees").Annotations[secrethash.AnnotationBaseline] != "", "no baseline"
	})
	w.set("open", "password", "2")
	w.wantRollouts("sees", 1)
	if got := r.metric(t, "lotus_gate_rollouts_held", "refused"); got != 1 {
		t.Errorf("%v held as refused, want 1", got)
	}
}

// A workload that somebody else's policy keeps from being written is told so without what the refusal quotes, is not asked about all the time, and
// rolls out when the policy is gone.
func TestRefusedWrite(t *testing.T) {
	w := newWorld(t)
	w.create(secret("a", "password", "1"), deployment("app", template("a")))
	clock := newClock()
	r := w.start(func(c *rollout.Config) { c.Now = clock.now })
	w.fresh()
	remove := w.forbidUpdates()
	w.set("a", "password", "2")
	w.wantEvent("app", "RolloutHeld", "the API server refuses the change: 422 Invalid")
	remove()
	if got := r.metric(t, "lotus_gate_rollouts_held", "refused"); got != 1 {
		t.Errorf("%v held as refused, want 1", got)
	}
	w.wantRollouts("app", 0)
	clock.forward(time.Minute)
	w.set("a", "unused", "x") // wakes it; otherwise it looks again by itself after its wait
	w.wantRollouts("app", 1)
	w.fresh()
}

// forbidUpdates of Deployments of the namespace by a policy of the API server, and return when it acts.
func (w *world) forbidUpdates() (remove func()) {
	w.Helper()
	fail := admissionregistration.Fail
	policy := &admissionregistration.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "frozen-" + w.namespace},
		Spec: admissionregistration.ValidatingAdmissionPolicySpec{
			FailurePolicy: &fail,
			MatchConstraints: &admissionregistration.MatchResources{ResourceRules: []admissionregistration.NamedRuleWithOperations{{
				RuleWithOperations: admissionregistration.RuleWithOperations{
					Operations: []admissionregistration.OperationType{admissionregistration.Update},
					Rule:       admissionregistration.Rule{APIGroups: []string{"apps"}, APIVersions: []string{"v1"}, Resources: []string{"deployments"}},
				},
			}}},
			Validations: []admissionregistration.Validation{{Expression: "false", Message: "frozen"}},
		},
	}
	binding := &admissionregistration.ValidatingAdmissionPolicyBinding{
		ObjectMeta: policy.ObjectMeta,
		Spec: admissionregistration.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: policy.Name, ValidationActions: []admissionregistration.ValidationAction{admissionregistration.Deny},
			MatchResources: &admissionregistration.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: w.namespace}}},
		},
	}
	for _, object := range []client.Object{policy, binding} {
		if err := w.Create(w.Context(), object); err != nil {
			w.Fatal(err)
		}
	}
	try := func() error {
		d := w.deployment("app")
		return w.Patch(w.Context(), d, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"try":"`+fmt.Sprint(time.Now().UnixNano())+`"}}}`)), client.DryRunAll)
	}
	w.eventually("the policy acts", func() (bool, string) { return try() != nil, "it does not" })
	removed := false
	remove = func() {
		if removed {
			return
		}
		removed = true
		for _, object := range []client.Object{binding, policy} {
			if err := w.Delete(context.Background(), object); err != nil {
				w.Error(err)
			}
		}
		w.eventually("the policy is gone", func() (bool, string) { err := try(); return err == nil, fmt.Sprint(err) })
	}
	w.Cleanup(func() {
		if !removed {
			_ = w.Delete(context.Background(), binding)
			_ = w.Delete(context.Background(), policy)
		}
	})
	return remove
}
