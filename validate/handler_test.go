package validate

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/lotus-lake/lotus-gate/policy"
)

const docs = "https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/"

func allowed() admission.Response { return admission.Allowed("") }

func allowedWith(warnings []string, audit map[string]string) admission.Response {
	r := allowed()
	r.Warnings, r.AuditAnnotations = warnings, audit
	return r
}

func deniedWith(message string, warnings []string, audit map[string]string) admission.Response {
	r := allowedWith(warnings, audit)
	r.Allowed = false
	r.Result = &metav1.Status{Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden, Message: message}
	return r
}

var (
	forcedSaid    = "Terraform object lake plans and applies at every reconcile, changed or not (spec.force)"
	forcedWarning = []string{
		"manifest/forced: " + forcedSaid,
		"manifest/forced: fix: remove `force: true`; to reconcile once, run `kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`",
	}
	orphansSaid    = "Terraform object lake leaves its resources behind when it is deleted (spec.destroyResourcesOnDeletion)"
	orphansRefusal = "manifest/orphans_on_delete: " + orphansSaid + ". Fix: set `destroyResourcesOnDeletion: true` under `spec`. More: " + docs + "manifest/orphans_on_delete.md"
	deleteSaid     = "alice may not delete Secret lotus-lake/tfstate-default-lake, which holds the state of Terraform object lake"
	deleteRefusal  = "state/protected: " + deleteSaid + ". Fix: change the Terraform files and let the object apply them; to make it run now, " +
		"`kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`. More: " + docs + "state/protected.md"
)

func TestHandle(t *testing.T) {
	forced, orphans := map[string]any{"force": true}, map[string]any{"destroyResourcesOnDeletion": false}
	owner := facts{"terraforms": []any{map[string]any{
		"namespace": "lotus-lake", "name": "lake", "workspace": "default", "suffix": "lake", "backend": "secret", "service_account": "tf-runner",
	}}}
	going := terraform(orphans)
	going["metadata"].(map[string]any)["deletionTimestamp"] = "2026-01-01T00:00:00Z"
	changed := stateSecret()
	changed["data"] = map[string]any{"tfstate": "b3RoZXI="}
	touched := stateSecret()
	touched["metadata"].(map[string]any)["managedFields"] = []any{map[string]any{"manager": "kubectl"}}
	touched["metadata"].(map[string]any)["resourceVersion"] = "7"
	glass := policy.Config{Rules: map[string]policy.RuleConfig{"state/protected": {Parameters: map[string]any{"break_glass_groups": []any{"developers"}}}}}
	as := func(r admission.Request, user string) admission.Request {
		r.UserInfo.Username = user
		return r
	}
	status := update(t, terraforms, terraform(nil), terraform(forced))
	status.SubResource = "status"

	tests := map[string]struct {
		request admission.Request
		live    Live
		tuning  policy.Config
		want    admission.Response
	}{
		"nothing to say":    {request: create(t, terraforms, terraform(nil)), want: allowed()},
		"unknown kind":      {request: create(t, metav1.GroupVersionResource{Group: "a.example", Version: "v9", Resource: "things"}, map[string]any{"spec": 5}), want: allowed()},
		"unknown operation": {request: admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{Operation: admissionv1.Connect, Resource: secrets}}, want: allowed()},
		"subresource":       {request: status, want: allowed()},
		"a warning": {
			request: create(t, terraforms, terraform(forced)),
			want:    allowedWith(forcedWarning, map[string]string{"policy-revision": "r1", "manifest.forced": "warn: " + forcedSaid}),
		},
		"a refusal": {
			request: create(t, terraforms, terraform(orphans)),
			want:    deniedWith(orphansRefusal, nil, map[string]string{"policy-revision": "r1", "manifest.orphans_on_delete": "deny: " + orphansSaid}),
		},
		"a refusal and a warning": {
			request: create(t, terraforms, terraform(map[string]any{"force": true, "destroyResourcesOnDeletion": false})),
			want: deniedWith(orphansRefusal, forcedWarning, map[string]string{
				"policy-revision": "r1", "manifest.orphans_on_delete": "deny: " + orphansSaid, "manifest.forced": "warn: " + forcedSaid,
			}),
		},
		"another version of the kind": {
			request: create(t, metav1.GroupVersionResource{Group: terraforms.Group, Version: "v1beta9", Resource: "terraforms"}, terraform(orphans)),
			want:    deniedWith(orphansRefusal, nil, map[string]string{"policy-revision": "r1", "manifest.orphans_on_delete": "deny: " + orphansSaid}),
		},
		"an update that brings it": {
			request: update(t, terraforms, terraform(nil), terraform(orphans)),
			want:    deniedWith(orphansRefusal, nil, map[string]string{"policy-revision": "r1", "manifest.orphans_on_delete": "deny: " + orphansSaid}),
		},
		"an update of what had it before": {
			request: update(t, terraforms, terraform(orphans), terraform(map[string]any{"destroyResourcesOnDeletion": false, "interval": "4m"})),
			want: allowedWith([]string{
				"manifest/orphans_on_delete: " + orphansSaid + " (as before)", "manifest/orphans_on_delete: fix: set `destroyResourcesOnDeletion: true` under `spec`",
			}, map[string]string{"policy-revision": "r1", "manifest.orphans_on_delete": "warn: " + orphansSaid}),
		},
		"an update of what is being deleted": {request: update(t, terraforms, terraform(nil), going), want: allowed()},
		"dry-run says nothing": {
			request: create(t, terraforms, terraform(orphans)),
			tuning:  acting(map[string]policy.RuleConfig{"manifest/orphans_on_delete": {Action: always(policy.DryRun)}}),
			want:    allowedWith(nil, map[string]string{"policy-revision": "r1", "manifest.orphans_on_delete": "dry-run: " + orphansSaid}),
		},
		"warned of, and refused later": {
			request: create(t, terraforms, terraform(orphans)),
			tuning: acting(map[string]policy.RuleConfig{"manifest/orphans_on_delete": {Action: policy.Stages{
				{Action: policy.DryRun},
				{Action: policy.Warn, From: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)},
				{Action: policy.Deny, From: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)},
			}}}),
			want: allowedWith([]string{
				"manifest/orphans_on_delete: " + orphansSaid + " (deny from 2026-07-01)",
				"manifest/orphans_on_delete: fix: set `destroyResourcesOnDeletion: true` under `spec`",
			}, map[string]string{"policy-revision": "r1", "manifest.orphans_on_delete": "warn: " + orphansSaid + " (deny from 2026-07-01)"}),
		},
		"parameters of this namespace": {
			request: create(t, terraforms, terraform(map[string]any{"interval": "1h"})),
			tuning: acting(map[string]policy.RuleConfig{"manifest/slow_retry": {Places: []policy.PlaceConfig{
				{Names: []string{"lotus-*"}, Parameters: map[string]any{"max_interval": "1h"}},
			}}}),
			want: allowed(),
		},
		"off in this namespace": {
			request: create(t, terraforms, terraform(orphans)),
			tuning: acting(map[string]policy.RuleConfig{"manifest/orphans_on_delete": {Places: []policy.PlaceConfig{
				{Names: []string{"lotus-*"}, Action: always(policy.Off)},
			}}}),
			want: allowed(),
		},
		"state deleted": {
			request: remove(t, secrets, stateSecret()), live: owner,
			want: deniedWith(deleteRefusal, nil, map[string]string{"policy-revision": "r1", "state.protected": "deny: " + deleteSaid}),
		},
		"state deleted, the owner unknown": {
			request: remove(t, secrets, stateSecret()),
			tuning:  acting(map[string]policy.RuleConfig{"state/protected": {Action: always(policy.DryRun)}}),
			want: allowedWith(nil, map[string]string{
				"policy-revision": "r1",
				"state.protected": "dry-run: alice may not delete Secret lotus-lake/tfstate-default-lake, which holds the state of a Terraform object that is not there",
			}),
		},
		"state deleted by its runner": {request: as(remove(t, secrets, stateSecret()), "system:serviceaccount:lotus-lake:tf-runner"), live: owner, want: allowed()},
		"state written anew, unchanged": {
			request: update(t, secrets, stateSecret(), touched), live: owner, want: allowed(),
		},
		"state changed": {
			request: update(t, secrets, stateSecret(), changed), live: owner,
			tuning: acting(map[string]policy.RuleConfig{"state/protected": {Action: always(policy.Warn)}}),
			want: allowedWith([]string{
				"state/protected: alice may not change Secret lotus-lake/tfstate-default-lake, which holds the state of Terraform object lake",
				"state/protected: fix: change the Terraform files and let the object apply them; to make it run now, `kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`",
			}, map[string]string{
				"policy-revision": "r1",
				"state.protected": "warn: alice may not change Secret lotus-lake/tfstate-default-lake, which holds the state of Terraform object lake",
			}),
		},
		"break-glass": {
			request: remove(t, secrets, stateSecret()), live: owner, tuning: glass,
			want: allowedWith([]string{
				"allowed for break-glass group developers, and audited: state/protected: " + deleteSaid,
				"state/protected: fix: change the Terraform files and let the object apply them; to make it run now, `kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`",
			}, map[string]string{"policy-revision": "r1", "break-glass": "developers", "state.protected": "break-glass: " + deleteSaid}),
		},
		"the cluster cannot be asked": {
			request: remove(t, secrets, stateSecret()), live: silent{errors.New("no answer in time")},
			want: admission.Errored(http.StatusInternalServerError, errors.New("no verdict: ask the cluster: no answer in time")),
		},
		"the cluster cannot be asked, and it is refused anyway": {
			request: create(t, terraforms, terraform(orphans)), live: silent{errors.New("no answer in time")},
			want: deniedWith(orphansRefusal, nil, map[string]string{"policy-revision": "r1", "manifest.orphans_on_delete": "deny: " + orphansSaid}),
		},
		"no JSON": {
			request: withObject(create(t, terraforms, terraform(nil)), `{"metadata": {"name": `),
			want:    admission.Errored(http.StatusInternalServerError, errors.New("no verdict: the object: line 1, column 23: unexpected end of file: a value is missing")),
		},
		"no object": {
			request: withObject(create(t, terraforms, terraform(nil)), `["planted"]`),
			want:    admission.Errored(http.StatusInternalServerError, errors.New("no verdict: the object: no JSON object")),
		},
		"null for an object": {request: withObject(create(t, terraforms, terraform(nil)), `null`), want: allowed()},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := shippedHandler(t, tc.live, tc.tuning).Handle(t.Context(), tc.request)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func withObject(r admission.Request, text string) admission.Request {
	r.Object.Raw = []byte(text)
	return r
}

// TestEntry: each entry of the webhook configuration judges with its own rules, so
// that a request that comes through two of them is refused once.
func TestEntry(t *testing.T) {
	h := shippedHandler(t, nil, policy.Config{})
	set, _ := shipped(t)
	protected, _ := set.Rule("state/protected")
	orphans, _ := set.Rule("manifest/orphans_on_delete")
	bad := create(t, terraforms, terraform(map[string]any{"destroyResourcesOnDeletion": false}))
	for entry, want := range map[string][2]bool{ // whether deleted state and a bad Terraform object pass
		protected.Webhook(): {false, true}, orphans.Webhook(): {true, false}, "unknown": {true, true}, "": {false, false},
	} {
		handler := h.Entry(entry)
		if entry == "" {
			handler = h
		}
		got := [2]bool{handler.Handle(t.Context(), remove(t, secrets, stateSecret())).Allowed, handler.Handle(t.Context(), bad).Allowed}
		if got != want {
			t.Errorf("entry %q allows %v, want %v", entry, got, want)
		}
	}
}
