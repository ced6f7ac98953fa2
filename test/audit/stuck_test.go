package audit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// rules audits as JSON until what is found is as wanted, for what was just asked of the stand-ins takes a moment; it fails after that.
func (s *stage) rules(want map[string]int) []string {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		out, _ := s.audit("json")
		got, said := findings(s.t, out)
		diff := cmp.Diff(want, got)
		if diff == "" {
			return said
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("findings (-want +got):\n%s\n%s", diff, strings.Join(said, "\n"))
		}
	}
}

// push changes files of the checkout and pushes them; nil removes one.
func (s *stage) push(message string, files standin.Files) {
	s.t.Helper()
	for name, content := range files {
		file := filepath.Join(s.checkout, name)
		if content == nil {
			must(s.t, os.Remove(file))
		} else {
			must(s.t, os.WriteFile(file, content, 0o644))
		}
	}
	for _, args := range [][]string{{"add", "--all"}, {"-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message", message}, {"push", "--quiet"}} {
		cmd := exec.CommandContext(s.t.Context(), "git", args...)
		cmd.Dir = s.checkout
		s.command(cmd)
	}
}

// fetch has the source fetched, as kubectl annotate does.
func (s *stage) fetch() {
	s.t.Helper()
	must(s.t, api.Patch(s.t.Context(), &sourcev1.GitRepository{ObjectMeta: s.meta("lake")}, merge(`{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"`+time.Now().String()+`"}}}`)))
}

// gaveUp waits until the Terraform object says that its retries are used up, which is a retry later than its failures say it.
func (s *stage) gaveUp() {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var object tofu.Terraform
		must(s.t, api.Get(s.t.Context(), s.name, &object))
		if ready := object.Ready(); ready != nil && ready.Reason == tofu.ReasonRetries {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("it goes on trying: %+v", object.Status)
		}
	}
}

// TestStuck: a broken push, until Terraform gives up; the fix, which nobody fetches; a connection that was paused in Airbyte's UI. The script gets the
// fix applied, and the connection back.
func TestStuck(t *testing.T) {
	s := open(t, time.Hour)
	must(t, api.Patch(t.Context(), &tofu.Terraform{ObjectMeta: s.meta("lake")}, merge(`{"spec":{"retryInterval":"1s","remediation":{"retries":1}}}`)))
	s.applied(2)
	s.push("Broken", standin.Files{"terraform/" + standin.Marker: []byte("x")})
	s.fetch()
	s.gaveUp()
	said := s.rules(map[string]int{"audit/retries_exhausted": 1, "audit/stale_revision": 1})
	if !strings.Contains(strings.Join(said, "\n"), "RetriesExhausted") {
		t.Errorf("the reason is not told:\n%s", strings.Join(said, "\n"))
	}
	s.push("The fix", standin.Files{"terraform/" + standin.Marker: nil})
	connection := s.airbyte.IDs("connection", "Shopify → Lake")[0]
	object, _ := s.airbyte.Get("connection", connection)
	object["status"] = "inactive"
	s.airbyte.Put("connection", object)
	s.rules(map[string]int{"audit/retries_exhausted": 1, "audit/stale_revision": 1, "audit/drifted_configuration": 1})
	s.mend()
	s.rules(map[string]int{})
	if object, _ := s.airbyte.Get("connection", connection); object["status"] != "active" {
		t.Errorf("the connection is %v", object["status"])
	}
}

// TestOnItsWay: what a push will destroy is told before the apply; and a workload whose program attaches DuckLake without a secret is told of until its
// program has one.
func TestOnItsWay(t *testing.T) {
	s := open(t, time.Hour)
	without, _, _ := strings.Cut(lakeTF, `resource "airbyte_connection"`)
	s.push("No connection", standin.Files{"terraform/main.tf": []byte(without)})
	s.rules(map[string]int{"audit/pending_destroy": 1})
	s.fetch()
	s.rules(map[string]int{})

	const attach = "ATTACH 'ducklake:postgres:dbname=ducklake' AS lakehouse (DATA_PATH 's3://landing/raw/');"
	program := &corev1.ConfigMap{ObjectMeta: s.meta("cube"), Data: map[string]string{"cube.js": "initSql: `" + attach + "`"}}
	must(t, api.Create(t.Context(), program))
	labels := map[string]string{"app": "cube"}
	must(t, api.Create(t.Context(), &appsv1.Deployment{ObjectMeta: s.meta("cube"), Spec: appsv1.DeploymentSpec{
		Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{
			Containers: []corev1.Container{{Name: "cube", Image: "cube", Env: []corev1.EnvVar{{Name: "DUCKLAKE_DB_HOST", Value: "postgres"}}}},
			Volumes:    []corev1.Volume{{Name: "conf", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "cube"}}}}},
		}},
	}}))
	s.rules(map[string]int{"audit/ducklake_secret": 1})
	program.Data["cube.js"] = "initSql: `CREATE SECRET s3 (TYPE S3, KEY_ID 'x', SECRET 'y'); " + attach + "`"
	must(t, api.Update(t.Context(), program))
	s.rules(map[string]int{})
}
