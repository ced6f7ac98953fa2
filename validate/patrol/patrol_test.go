package patrol_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	reports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	policyreports "sigs.k8s.io/wg-policy-prototypes/policy-report/pkg/api/wgpolicyk8s.io/v1alpha2"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/tofu"
	"github.com/lotus-lake/lotus-gate/validate/patrol"
)

const missing = "terraform_object/missing_reference"

// audits are rules that find something on objects whose source does not exist.
var audits = []string{"audit/stale_revision"}

// off are rules that are always broken here: nothing runs that would make sources and
// service accounts.
func off(ids ...string) policy.Config {
	c := policy.Config{Rules: map[string]policy.RuleConfig{}}
	for _, id := range append(ids, audits...) {
		c.Rules[id] = policy.RuleConfig{Disabled: true}
	}
	return c
}

func forced(t *tofu.Terraform) { t.Spec.Force = true }

// report of the world's namespace.
func (w *world) report() (*reports.Report, error) {
	r := &reports.Report{}
	return r, w.k.Get(w.t.Context(), client.ObjectKey{Namespace: w.ns, Name: patrol.Name}, r)
}

// lines are what a report says, without times.
func lines(summary reports.ReportSummary, results []reports.ReportResult) []string {
	said := []string{fmt.Sprintf("fail %d, warn %d, error %d, skip %d", summary.Fail, summary.Warn, summary.Error, summary.Skip)}
	for _, r := range results {
		on := "nothing"
		if len(r.Subjects) > 0 {
			on = r.Subjects[0].APIVersion + " " + r.Subjects[0].Kind + " " + r.Subjects[0].Name
		}
		said = append(said, fmt.Sprintf("%s %s %s: %s (%s) %s scored=%t", r.Result, r.Severity, r.Policy, on, r.Properties["field"], r.Properties["action"], r.Scored))
	}
	return said
}

// TestLife: without a kind of reports it says so once and keeps metrics; a kind that
// is installed later is noticed; each change is told once; a report that says what is so
// is left alone; what is mended is gone.
func TestLife(t *testing.T) {
	only(t)
	w := patrolling(t, off(missing), nil)
	object := w.terraform("lake", forced)
	first := map[string]int{"AuditFound manifest/forced": 1}
	eventually(t, "metrics and event", func() error {
		if diff := cmp.Diff(first, w.events("lake")); diff != "" {
			return errors.New(diff)
		}
		return w.counted(`lotus_gate_audit_findings{result="warn",rule="manifest/forced"} 1` + "\n")
	})
	w.more()
	if n := strings.Count(w.log.String(), "neither reports of openreports.io nor policyreports"); n != 1 {
		t.Errorf("it says %d times that there are no reports", n)
	}

	if err := install(openReports(t)...); err != nil {
		t.Fatal(err)
	}
	var r *reports.Report
	eventually(t, "report", func() (err error) {
		r, err = w.report()
		return err
	})
	want := []string{"fail 0, warn 1, error 0, skip 0", "warn medium manifest/forced: infra.contrib.fluxcd.io/v1alpha2 Terraform lake (spec.force) warn scored=true"}
	if diff := cmp.Diff(want, lines(r.Summary, r.Results)); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if r.Source != "lotus-gate" || r.Labels[patrol.OwnerLabel] != patrol.Name || r.Configuration.Limits.MaxResults != 200 || time.Since(time.Unix(r.Results[0].Timestamp.Seconds, 0)) > time.Minute {
		t.Errorf("%+v", r)
	}
	w.more()
	if again, err := w.report(); err != nil || again.ResourceVersion != r.ResourceVersion {
		t.Errorf("a report that says what is so was written again: %v", err)
	}
	if diff := cmp.Diff(first, w.events("lake")); diff != "" {
		t.Errorf("events after several rounds, and a first report (-want +got):\n%s", diff)
	}

	object.Spec.Force = false
	if err := w.k.Update(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the report is gone", func() error {
		if _, err := w.report(); !apierrors.IsNotFound(err) {
			return fmt.Errorf("it is there: %w", err)
		}
		return w.counted("")
	})
	w.more()
	if diff := cmp.Diff(map[string]int{"AuditFound manifest/forced": 1, "AuditMended manifest/forced": 1}, w.events("lake")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestPlace: a kind of reports that is installed between two rounds does not wait for the
// next, which may be an hour away.
func TestPlace(t *testing.T) {
	only(t)
	w := patrolling(t, off(missing), func(c *patrol.Config) { c.Interval = time.Hour })
	w.terraform("lake", forced)
	eventually(t, "a round", func() error {
		return w.counted(`lotus_gate_audit_findings{result="warn",rule="manifest/forced"} 1` + "\n")
	})
	if err := install(openReports(t)...); err != nil {
		t.Fatal(err)
	}
	eventually(t, "report", func() error {
		_, err := w.report()
		return err
	})
}

// TestRules: what a rule says that is switched on later, in dry-run too, and what the
// cluster says of an object, under the rights of the chart.
func TestRules(t *testing.T) {
	only(t, openReports(t)...)
	w := patrolling(t, off(missing, "state/shared"), func(c *patrol.Config) { c.Interval = time.Hour })
	same := func(o *tofu.Terraform) { o.Spec.BackendConfig = &tofu.BackendConfig{SecretSuffix: "one"} }
	w.terraform("a", same)
	w.terraform("b", same)
	eventually(t, "a first round", func() error {
		if w.rounds("complete") == 0 {
			return errors.New("none")
		}
		return nil
	})
	if _, err := w.report(); !apierrors.IsNotFound(err) {
		t.Fatalf("before: %v", err)
	}

	dry := off()
	dry.Rules["state/shared"] = policy.RuleConfig{Action: policy.Stages{{Action: policy.DryRun}}}
	w.use(dry, []policy.Files{{Name: "own", FS: fstest.MapFS{"own.rego": &fstest.MapFile{Data: []byte(ownRule)}}}})
	on := "infra.contrib.fluxcd.io/v1alpha2 Terraform "
	want := []string{
		"fail 0, warn 6, error 0, skip 0",
		"warn high state/shared: " + on + "a (spec.backendConfig.secretSuffix) dry-run scored=false", "warn high state/shared: " + on + "b (spec.backendConfig.secretSuffix) dry-run scored=false",
		"warn medium " + missing + ": " + on + "a (spec.serviceAccountName) warn scored=true", "warn medium " + missing + ": " + on + "a (spec.sourceRef) warn scored=true",
		"warn medium " + missing + ": " + on + "b (spec.serviceAccountName) warn scored=true", "warn medium " + missing + ": " + on + "b (spec.sourceRef) warn scored=true",
	}
	eventually(t, "the rules' findings", func() error {
		r, err := w.report()
		if err != nil {
			return err
		}
		if diff := cmp.Diff(want, lines(r.Summary, r.Results)); diff != "" {
			return errors.New(diff)
		}
		return nil
	})
	eventually(t, "events", func() error {
		if diff := cmp.Diff(map[string]int{"AuditFound " + missing: 1}, w.events("a")); diff != "" {
			return errors.New(diff)
		}
		return nil
	})
	// The author's rule looks at what the chart does not let us list.
	eventually(t, "what nobody can tell", func() error {
		var c reports.ClusterReport
		if err := w.k.Get(t.Context(), client.ObjectKey{Name: patrol.Name}, &c); err != nil {
			return err
		}
		if len(c.Results) != 1 || c.Summary.Error != 1 || !strings.Contains(c.Results[0].Description, `a Role with verb "list" on resource "services"`) {
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
}

const ownRule = `# METADATA
# title: Services
# description: Services are seen.
# schemas:
#   - input: schema.manifest
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: none
#   admission: {resources: [core/v1/services], operations: [CREATE]}
package own.seen

deny contains {"message": "seen"} if input.object.kind == "Service"
`

// TestFull: a report has so many results at most, the worst ones, and says how many it
// leaves out; metrics count all. It is written as a PolicyReport where that is what there
// is, and goes when OpenReports come.
func TestFull(t *testing.T) {
	only(t, policyReports(t)...)
	w := patrolling(t, off(missing), func(c *patrol.Config) { c.MaxResults = 3 })
	for i := range 7 {
		w.terraform(fmt.Sprintf("t%d", i), forced)
	}
	shared := func(o *tofu.Terraform) { o.Spec.BackendConfig = &tofu.BackendConfig{SecretSuffix: "one"} }
	w.terraform("x", shared)
	w.terraform("y", shared)
	on := "infra.contrib.fluxcd.io/v1alpha2 Terraform "
	want := []string{
		"fail 2, warn 7, error 0, skip 6", "fail high state/shared: " + on + "x (spec.backendConfig.secretSuffix) deny scored=true", "fail high state/shared: " + on + "y (spec.backendConfig.secretSuffix) deny scored=true",
		"warn medium manifest/forced: " + on + "t0 (spec.force) warn scored=true", "skip info lotus-gate/left_out: nothing ()  scored=false",
	}
	var old *policyreports.PolicyReport
	eventually(t, "PolicyReport", func() error {
		old = &policyreports.PolicyReport{}
		if err := w.k.Get(t.Context(), client.ObjectKey{Namespace: w.ns, Name: patrol.Name}, old); err != nil {
			return err
		}
		var same reports.Report // the same fields under the same names
		text, err := json.Marshal(old)
		if err == nil {
			err = json.Unmarshal(text, &same)
		}
		if err != nil {
			return err
		}
		if diff := cmp.Diff(want, lines(same.Summary, same.Results)); diff != "" {
			return errors.New(diff)
		}
		return nil
	})
	if last := old.Results[len(old.Results)-1]; !strings.Contains(last.Description, "6 more are counted and not listed") {
		t.Errorf("%q", last.Description)
	}
	eventually(t, "metrics count all", func() error { // which they do once the report is written
		return w.counted(`lotus_gate_audit_findings{result="fail",rule="state/shared"} 2` + "\n" + `lotus_gate_audit_findings{result="warn",rule="manifest/forced"} 7` + "\n")
	})
	w.more()
	again := &policyreports.PolicyReport{}
	if err := w.k.Get(t.Context(), client.ObjectKeyFromObject(old), again); err != nil || again.ResourceVersion != old.ResourceVersion {
		t.Errorf("written again: %v", err)
	}
	told := w.events("x")
	if err := install(openReports(t)...); err != nil {
		t.Fatal(err)
	}
	eventually(t, "OpenReports take over", func() error {
		if _, err := w.report(); err != nil {
			return err
		}
		if err := w.k.Get(t.Context(), client.ObjectKeyFromObject(old), again); !apierrors.IsNotFound(err) {
			return fmt.Errorf("the PolicyReport is there: %w", err)
		}
		return nil
	})
	w.more()
	if diff := cmp.Diff(told, w.events("x")); diff != "" || len(told) == 0 {
		t.Errorf("events when reports move (-want +got):\n%s", diff)
	}
}

// TestIll: while the API server does not answer, nothing is taken for mended. No value
// comes out.
func TestIll(t *testing.T) {
	only(t, openReports(t)...)
	w := patrolling(t, off(missing), nil)
	const planted = "c2VzYW1l-planted"
	for _, object := range []client.Object{
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.ns, Name: "tfstate-default-lake"}, Data: map[string][]byte{"tfstate": []byte(planted)}},
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: w.ns, Name: "streams", Labels: map[string]string{"lotus-gate.dev/stream-source": "shop"}}, Data: map[string]string{"orders.json": `{"password": "` + planted + `"`}},
	} {
		if err := w.k.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	w.terraform("lake", forced)
	var before *reports.Report
	eventually(t, "report of both", func() (err error) {
		if before, err = w.report(); err == nil && len(before.Results) < 2 {
			err = fmt.Errorf("%v", lines(before.Summary, before.Results))
		}
		return err
	})
	w.ill.Store(true)
	eventually(t, "failed rounds", func() error {
		if n := w.rounds("failed"); n < 2 {
			return fmt.Errorf("%v", n)
		}
		return nil
	})
	after, err := w.report()
	if err != nil || after.ResourceVersion != before.ResourceVersion {
		t.Errorf("a failed round changed the report: %v", err)
	}
	w.ill.Store(false)
	w.more()
	if diff := cmp.Diff(map[string]int{"AuditFound manifest/forced": 1}, w.events("lake")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(after)
	if err != nil {
		t.Fatal(err)
	}
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for where, said := range map[string]string{"report": string(text), "log": w.log.String(), "metrics": fmt.Sprint(families), "events": w.notes()} {
		if strings.Contains(said, planted) {
			t.Errorf("a value is in the %s", where)
		}
	}
}

// TestAudit: the part of an audit that needs the cluster alone, under the rights of the
// chart: a push that does not arrive, and a state that is gone, on the objects concerned.
func TestAudit(t *testing.T) {
	only(t, openReports(t)...)
	w := patrolling(t, policy.Config{Rules: map[string]policy.RuleConfig{missing: {Disabled: true}}}, nil)
	object := w.terraform("lake", nil)
	object.Status.LastAppliedRevision = "main@sha1:aaa"
	if err := w.k.Status().Update(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"fail 2, warn 0, error 0, skip 0",
		"fail high audit/lineage_changed: v1 Secret tfstate-default-lake () deny scored=true",
		"fail high audit/stale_revision: infra.contrib.fluxcd.io/v1alpha2 Terraform lake () deny scored=true",
	}
	eventually(t, "report", func() error {
		r, err := w.report()
		if err != nil {
			return err
		}
		if diff := cmp.Diff(want, lines(r.Summary, r.Results)); diff != "" {
			return errors.New(diff)
		}
		return nil
	})
	w.more()
	if diff := cmp.Diff(map[string]int{"AuditFound audit/stale_revision": 1}, w.events("lake")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if n := w.rounds("partial"); n > 0 {
		t.Errorf("%v rounds could not tell everything: %s", n, w.log.String())
	}
}

// TestForeign: what somebody else wrote under our name is left alone, and told of.
func TestForeign(t *testing.T) {
	only(t, openReports(t)...)
	w := patrolling(t, off(missing), nil)
	foreign := &reports.Report{ObjectMeta: metav1.ObjectMeta{Namespace: w.ns, Name: patrol.Name}, Source: "somebody"}
	if err := w.k.Create(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	w.terraform("lake", forced)
	eventually(t, "it is told", func() error {
		if !strings.Contains(w.log.String(), "somebody else's lotus-gate is in the way") {
			return errors.New("it is not")
		}
		return nil
	})
	if r, err := w.report(); err != nil || r.Source != "somebody" || len(r.Results) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
