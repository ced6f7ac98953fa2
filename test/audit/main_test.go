// Package audit tests `gate audit` on a real API server: the situations of the tickets are built for real, one audit names each with its remedy, and the
// script that it writes is run and mends them.
package audit

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/test/program"
	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// api is the server of all tests, and gate the program that they run.
var (
	api struct {
		*cluster.Cluster
		client.Client
	}
	gate string
)

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "lotus-audit-")
	if err == nil {
		gate = filepath.Join(dir, "gate")
		err = program.Release(context.Background(), dir, "../../cmd/gate")
	}
	if err == nil {
		api.Cluster, err = cluster.Start(context.Background(), cluster.Options{APIOnly: true})
	}
	defer func() {
		errs := []error{os.RemoveAll(dir)}
		if api.Cluster != nil {
			errs = append(errs, api.Stop())
		}
		if err := errors.Join(errs...); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	if err == nil {
		scheme, failed := standin.Scheme()
		if err = failed; err == nil {
			api.Client, err = client.New(api.Config(), client.Options{Scheme: scheme})
		}
	}
	if err == nil {
		_, err = envtest.InstallCRDs(api.Config(), envtest.CRDInstallOptions{Paths: []string{"../standin/definitions.yaml", "../../tofu/crd.yaml"}, ErrorIfPathMissing: true})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if code = m.Run(); code == 0 && flag.Lookup("test.run").Value.String() == "" {
		if err := everyRule(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

// met are the rules that some test here met; each of these tests ends with nothing left to say, its remedies followed.
var met = map[string]bool{}

// everyRule fails when an audit's rule is met by no test.
func everyRule() error {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		return err
	}
	met["audit/backfill_stuck"] = true // test/e2e: TestTodos, whose Terraform has a reset
	for _, rule := range set.Rules() {
		if rule.Scope == "audit" && !met[rule.ID] {
			err = errors.Join(err, fmt.Errorf("%s: no test builds what it finds and follows its remedy", rule.ID))
		}
	}
	return err
}

// The lake that every test begins with.
const lakeTF = `
variable "shopify_password" { sensitive = true }
variable "s3_access_key_id" {}
variable "s3_secret_access_key" { sensitive = true }

resource "airbyte_source" "shopify" {
  name                     = "Shopify"
  connection_configuration = jsonencode({ shop = "lotus", api_password = var.shopify_password })
}

resource "airbyte_destination" "lake" {
  name                     = "Lake"
  connection_configuration = jsonencode({ s3_bucket_name = "landing", access_key_id = var.s3_access_key_id, secret_access_key = var.s3_secret_access_key })
}

resource "airbyte_connection" "shopify_to_lake" {
  name           = "Shopify → Lake"
  source_id      = airbyte_source.shopify.source_id
  destination_id = airbyte_destination.lake.destination_id
  status         = "active"
}
`

// Values that must be in no output.
const (
	planted  = "PLANTED-shopify-password"
	oldKey   = "PLANTED-old-access-key"
	newKey   = "PLANTED-new-access-key"
	oldValue = "PLANTED-old-secret-key"
	newValue = "PLANTED-new-secret-key"
	token    = "PLANTED-airbyte-token"
)

// stage is a lake that Terraform has applied.
type stage struct {
	*standin.World
	t        *testing.T
	airbyte  *standin.AirbyteAPI
	url      string
	name     types.NamespacedName
	checkout string
}

func open(t *testing.T, interval time.Duration) *stage {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "lake-"}}
	must(t, api.Create(t.Context(), namespace))
	s := &stage{t: t, airbyte: standin.NewAirbyteAPI("w-1"), name: types.NamespacedName{Namespace: namespace.Name, Name: "lake"}}
	s.airbyte.Token = token
	server := httptest.NewServer(s.airbyte)
	t.Cleanup(server.Close)
	s.url = server.URL
	var err error
	s.World, err = standin.Start(t.Context(), standin.Config{REST: api.Config(), Clock: standin.NewClock(time.Now(), 1), Namespaces: []string{namespace.Name}, API: s.airbyte})
	must(t, err)
	t.Cleanup(func() { must(t, s.Stop()) })
	s.grant()
	_, err = s.Repository.Push(t.Context(), "The lake", standin.Files{
		"terraform/main.tf": []byte(lakeTF), ".gitignore": []byte("*.tfstate*\n"),
		".lotus-gate.yaml": fmt.Appendf(nil, "version: 1\nrules:\n  audit/identity_unknown:\n    parameters: {identities: [%s/seaweedfs-s3-config]}\n  audit/stale_revision:\n    parameters: {after: 0s}\n", namespace.Name),
	})
	must(t, err)
	s.checkout = filepath.Join(t.TempDir(), "lake")
	s.command(exec.Command("git", "clone", "--quiet", s.Repository.Bare(), s.checkout))
	must(t, api.Create(t.Context(), &corev1.Secret{ObjectMeta: s.meta("lake"), StringData: map[string]string{
		"shopify_password": planted, "s3_access_key_id": oldKey, "s3_secret_access_key": oldValue,
	}}))
	must(t, api.Create(t.Context(), &corev1.Secret{ObjectMeta: s.meta("seaweedfs-s3-config"), StringData: map[string]string{"seaweedfs_s3_config": identities(oldKey, oldValue)}}))
	must(t, api.Create(t.Context(), &sourcev1.GitRepository{ObjectMeta: s.meta("lake"), Spec: sourcev1.GitRepositorySpec{
		URL: s.Repository.URL, Interval: metav1.Duration{Duration: interval}, Reference: &sourcev1.GitRepositoryRef{Branch: "main"},
	}}))
	must(t, api.Create(t.Context(), &tofu.Terraform{ObjectMeta: s.meta("lake"), Spec: tofu.TerraformSpec{
		Interval: metav1.Duration{Duration: time.Hour}, ApprovePlan: tofu.ApproveAuto, Path: "./terraform",
		SourceRef: tofu.SourceReference{Kind: sourcev1.GitRepositoryKind, Name: "lake"}, VarsFrom: []tofu.VarsReference{{Kind: "Secret", Name: "lake"}},
	}}))
	s.applied(1)
	return s
}

func identities(key, value string) string {
	return fmt.Sprintf(`{"identities":[{"name":"lake","credentials":[{"accessKey":%q,"secretKey":%q}],"actions":["Admin"]}]}`, key, value)
}

func (s *stage) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: s.name.Namespace, Name: name}
}

func (s *stage) grant() {
	s.t.Helper()
	must(s.t, api.Create(s.t.Context(), &rbacv1.Role{ObjectMeta: s.meta("runner"), Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get", "create", "update", "delete"}},
	}}))
	must(s.t, api.Create(s.t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: s.meta("runner"), RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "runner"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: s.name.Namespace, Name: "tf-runner"}},
	}))
}

// applied waits for the n-th run that applied something.
func (s *stage) applied(n int) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		count := 0
		for _, run := range s.Airbyte.Runs(s.name) {
			if run.Result == standin.Applied {
				count++
			}
		}
		if count >= n {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%d runs applied something, want %d: %+v", count, n, s.Airbyte.Runs(s.name))
		}
	}
}

func (s *stage) runs() int {
	count := 0
	for _, run := range s.Airbyte.Runs(s.name) {
		if run.Result == standin.Applied {
			count++
		}
	}
	return count
}

// audit runs the real program with everything that there is, and gives what it says and its exit code.
func (s *stage) audit(format string) (string, int) {
	s.t.Helper()
	return s.auditAs(api.Kubeconfig(), format)
}

// auditAs is audit with another kubeconfig.
func (s *stage) auditAs(kubeconfig, format string) (string, int) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), gate, "audit", "--dir", s.checkout, "--kubeconfig", kubeconfig, "--namespace", s.name.Namespace,
		"--airbyte-url", s.url, "--workspace-id", "w-1", "--format", format)
	cmd.Env = append(os.Environ(), "AIRBYTE_TOKEN="+token)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	if errs.Len() > 0 {
		s.t.Errorf("standard error: %s", errs.Bytes())
	}
	if bytes.Contains(out.Bytes(), []byte("PLANTED")) {
		s.t.Errorf("a secret is in the output:\n%s", out.Bytes())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// mend writes the script and runs it with sh, in the checkout.
func (s *stage) mend() {
	s.t.Helper()
	script, _ := s.audit("script")
	s.t.Log(script)
	kubectl, err := cluster.Binary("kubectl")
	must(s.t, err)
	cmd := exec.CommandContext(s.t.Context(), "sh")
	cmd.Dir, cmd.Stdin = s.checkout, bytes.NewReader([]byte(script))
	cmd.Env = append(os.Environ(), "PATH="+tools(s.t)+":"+filepath.Dir(kubectl)+":"+os.Getenv("PATH"), "AIRBYTE_TOKEN="+token,
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org")
	s.command(cmd)
}

func (s *stage) command(cmd *exec.Cmd) {
	s.t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
