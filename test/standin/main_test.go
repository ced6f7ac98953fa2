package standin_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/test/cluster"
	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// api is the server of all tests of this package.
var api struct {
	*cluster.Cluster
	client.Client
}

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	var err error
	if api.Cluster, err = cluster.Start(context.Background(), cluster.Options{APIOnly: true}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := api.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	scheme, err := standin.Scheme()
	if err == nil {
		api.Client, err = client.New(api.Config(), client.Options{Scheme: scheme})
	}
	if err == nil {
		_, err = envtest.InstallCRDs(api.Config(), envtest.CRDInstallOptions{Paths: []string{"definitions.yaml", "../../tofu/crd.yaml"}, ErrorIfPathMissing: true})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// speed of the clock: a minute takes half a second.
const speed = 120

// scene is a lake in a namespace of its own.
type scene struct {
	*standin.World
	t      *testing.T
	clock  *standin.Clock
	name   types.NamespacedName // of the source, the Terraform object and its variables
	source *sourcev1.GitRepository
	object *tofu.Terraform
	first  string // revision
}

// play starts a world with a source that is asked every sourceInterval and a Terraform object of 10 minutes, retried every minute, as in TICKET-001.
func play(t *testing.T, config standin.Config, sourceInterval time.Duration, change func(*tofu.Terraform)) *scene {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "lake-"}}
	must(t, api.Create(t.Context(), namespace))
	s := &scene{t: t, clock: standin.NewClock(time.Date(2026, 1, 6, 22, 6, 0, 0, time.UTC), speed), name: types.NamespacedName{Namespace: namespace.Name, Name: "lake"}}
	config.REST, config.Clock, config.Namespaces = api.Config(), s.clock, []string{namespace.Name}
	var err error
	s.World, err = standin.Start(t.Context(), config)
	must(t, err)
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			for _, r := range s.Airbyte.Runs(s.name) {
				t.Log(r)
			}
		}
	})
	s.grant()
	s.first, err = s.Repository.Push(t.Context(), "A", standin.Files{"terraform/main.tf": []byte("# A"), "README.md": []byte("A")})
	must(t, err)
	must(t, api.Create(t.Context(), &corev1.Secret{ObjectMeta: s.meta(), StringData: map[string]string{"password": "first", "unused": "x"}}))
	s.source = &sourcev1.GitRepository{ObjectMeta: s.meta(), Spec: sourcev1.GitRepositorySpec{
		URL: s.Repository.URL, Interval: metav1.Duration{Duration: sourceInterval}, Reference: &sourcev1.GitRepositoryRef{Branch: "main"},
	}}
	must(t, api.Create(t.Context(), s.source))
	s.artifact("A", at(s.first))
	s.object = &tofu.Terraform{ObjectMeta: s.meta(), Spec: tofu.TerraformSpec{
		Interval: metav1.Duration{Duration: 10 * time.Minute}, RetryInterval: &metav1.Duration{Duration: time.Minute}, ApprovePlan: tofu.ApproveAuto,
		Path: "./terraform", SourceRef: tofu.SourceReference{Kind: sourcev1.GitRepositoryKind, Name: s.name.Name},
		VarsFrom: []tofu.VarsReference{{Kind: "Secret", Name: s.name.Name, VarsKeys: []string{"password:secret"}}},
	}}
	if change != nil {
		change(s.object)
	}
	must(t, api.Create(t.Context(), s.object))
	return s
}

func (s *scene) meta() metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: s.name.Namespace, Name: s.name.Name}
}

// await the first run that is as asked for, after the first n ones.
func (s *scene) await(n int, what string, is func(standin.Run) bool) standin.Run {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		runs := s.Airbyte.Runs(s.name)
		for _, run := range runs[min(n, len(runs)):] {
			if is(run) {
				return run
			}
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: there are only %+v", what, runs)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func result(want standin.Result) func(standin.Run) bool {
	return func(r standin.Run) bool { return r.Result == want }
}

// now reads the Terraform object.
func (s *scene) now() *tofu.Terraform {
	s.t.Helper()
	object := &tofu.Terraform{}
	must(s.t, api.Get(s.t.Context(), s.name, object))
	return object
}

// ask writes requestedAt.
func (s *scene) ask(object client.Object, token string) {
	s.t.Helper()
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":%q}}}`, token)
	must(s.t, api.Patch(s.t.Context(), object, client.RawPatch(types.MergePatchType, patch)))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
