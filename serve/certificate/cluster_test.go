package certificate

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/test/cluster"
)

// TestCluster works with a real API server.
func TestCluster(t *testing.T) {
	c := cluster.ForTest(t, cluster.Options{APIOnly: true})
	config := c.Config()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, certmanagerv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.InstallCertManagerKinds(t.Context()); err != nil {
		t.Fatal(err)
	}
	live, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("replicas that start together share one authority", func(t *testing.T) { shareOne(t, config, live) })
	t.Run("cert-manager", func(t *testing.T) { withCertManager(t, config, live) })
	t.Run("an API server that is away", func(t *testing.T) { comesLate(t, c, live) })
}

// shareOne starts replicas at once; later the Secret is deleted, and rotated.
func shareOne(t *testing.T, config *rest.Config, live client.Client) {
	namespace := newNamespace(t, live)
	var replicas []*Own
	for range 5 {
		r := NewOwn(OwnConfig{REST: config, Client: live, Namespace: namespace, Hosts: []string{host}, Authority: lifetime, Leaf: leafLife, Now: time.Now})
		run(t, r.Start)
		replicas = append(replicas, r)
	}
	agree := func(but string) string {
		t.Helper()
		var by string
		within(t, func() error {
			by = ""
			for _, r := range replicas {
				if err := Check(r, time.Now()); err != nil {
					return err
				}
				name := issuer(t, r)
				if by != "" && name != by || name == but {
					return fmt.Errorf("signed by %q and %q", by, name)
				}
				by = name
			}
			return nil
		})
		return by
	}
	first := agree("")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: SecretName}}
	if err := live.Delete(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	published := newWorld(t)
	keeper := Keeper{Source: replicas[0], Publish: published.publish, Interval: 20 * time.Millisecond}
	if !keeper.NeedLeaderElection() {
		t.Error("every replica would rotate")
	}
	run(t, keeper.Start)
	second := agree(first)
	if err := replicas[1].Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	agree(second)
	for _, r := range replicas {
		if err := served(r, published.published(), time.Now()); err != nil {
			t.Error(err)
		}
	}
}

// withCertManager plays cert-manager: it writes the Secret that the Certificate
// names.
func withCertManager(t *testing.T, config *rest.Config, live client.Client) {
	namespace := newNamespace(t, live)
	source := NewCertManager(CertManagerConfig{REST: config, Client: live, Namespace: namespace, Hosts: []string{host, "127.0.0.1"}, Authority: lifetime, Leaf: 90 * day})
	run(t, source.Start)
	if err := Check(source, time.Now()); err == nil || !strings.Contains(err.Error(), "cert-manager has not issued Certificate "+namespace+"/lotus-gate-webhook") {
		t.Errorf("before there is a certificate: %v", err)
	}
	never := func(context.Context, []byte) error { t.Error("the bundle is the injector's to publish"); return nil }
	var versions []string
	for range 2 { // the second time changes nothing
		if err := source.Maintain(t.Context(), never); err != nil {
			t.Fatal(err)
		}
		versions = append(versions, fmt.Sprint(versionsOf(t, live, namespace)))
	}
	if versions[0] != versions[1] {
		t.Errorf("written without need: %s, then %s", versions[0], versions[1])
	}
	var leaf certmanagerv1.Certificate
	if err := live.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: CertificateName}, &leaf); err != nil {
		t.Fatal(err)
	}
	want := certmanagerv1.CertificateSpec{
		SecretName: CertificateName, DNSNames: []string{host}, IPAddresses: []string{"127.0.0.1"}, Duration: &metav1.Duration{Duration: 90 * day},
		IssuerRef:  cmmeta.IssuerReference{Name: AuthorityName, Kind: "Issuer", Group: "cert-manager.io"},
		Usages:     []certmanagerv1.KeyUsage{"digital signature", "server auth"},
		PrivateKey: &certmanagerv1.CertificatePrivateKey{Algorithm: "ECDSA", Size: 256, RotationPolicy: "Always"},
	}
	if diff := cmp.Diff(want, leaf.Spec); diff != "" {
		t.Errorf("Certificate (-want +got):\n%s", diff)
	}

	// Issued, renewed, and spoilt.
	ca := made(t)
	published := newWorld(t)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: CertificateName}}
	issue := func(data map[string][]byte) {
		t.Helper()
		write := live.Update
		if secret.ResourceVersion == "" {
			write = func(ctx context.Context, o client.Object, _ ...client.UpdateOption) error { return live.Create(ctx, o) }
		}
		secret.Data = data
		if err := write(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
	issue(files(t, sign(t, ca), ca))
	within(t, func() error { return Check(source, time.Now()) })
	_ = published.publish(t.Context(), source.Bundle())
	h := startHammer(t, source.GetCertificate, published.published, time.Now)
	h.wait(20)
	renewed := sign(t, ca)
	issue(files(t, renewed, ca))
	within(t, func() error {
		if got := serves(t, source); got != renewed.Leaf.SerialNumber.String() {
			return fmt.Errorf("serves %s", got)
		}
		return nil
	})
	issue(map[string][]byte{"tls.crt": []byte("rubbish")})
	h.wait(50)
	h.finish(t)
	if serves(t, source) != renewed.Leaf.SerialNumber.String() {
		t.Error("rubbish replaced a good certificate")
	}

	// A named issuer is somebody else's.
	other := newNamespace(t, live)
	named := NewCertManager(CertManagerConfig{REST: config, Client: live, Namespace: other, Hosts: []string{host}, Leaf: 90 * day, Issuer: cmmeta.IssuerReference{Name: "corp", Kind: "ClusterIssuer", Group: "cert-manager.io"}})
	if err := named.Maintain(t.Context(), never); err != nil {
		t.Fatal(err)
	}
	if got := versionsOf(t, live, other); len(got) != 1 {
		t.Errorf("objects beside the Certificate: %v", got)
	}
}

// comesLate starts while the API server is away.
func comesLate(t *testing.T, c *cluster.Cluster, live client.Client) {
	namespace := newNamespace(t, live)
	if err := c.StopAPIServer(); err != nil {
		t.Fatal(err)
	}
	r := NewOwn(OwnConfig{REST: c.Config(), Client: live, Namespace: namespace, Hosts: []string{host}, Authority: lifetime, Leaf: leafLife, Now: time.Now})
	run(t, r.Start)
	time.Sleep(300 * time.Millisecond)
	if _, err := r.GetCertificate(nil); err == nil {
		t.Fatal("a certificate without a Secret")
	}
	if err := c.StartAPIServer(t.Context()); err != nil {
		t.Fatal(err)
	}
	within(t, func() error { return Check(r, time.Now()) })
}

// versionsOf lists the objects that the cert-manager source keeps.
func versionsOf(t *testing.T, live client.Client, namespace string) map[string]string {
	t.Helper()
	versions := map[string]string{}
	for _, list := range []client.ObjectList{&certmanagerv1.IssuerList{}, &certmanagerv1.CertificateList{}} {
		if err := live.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
			t.Fatal(err)
		}
		switch list := list.(type) {
		case *certmanagerv1.IssuerList:
			for _, o := range list.Items {
				versions["Issuer/"+o.Name] = o.ResourceVersion
			}
		case *certmanagerv1.CertificateList:
			for _, o := range list.Items {
				versions["Certificate/"+o.Name] = o.ResourceVersion
			}
		}
	}
	return versions
}

func newNamespace(t *testing.T, live client.Client) string {
	t.Helper()
	made := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "gate-"}}
	if err := live.Create(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	return made.Name
}

// run starts a part that ends with the test.
func run(t *testing.T, start func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var part sync.WaitGroup
	part.Go(func() {
		if err := start(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		part.Wait()
	})
}

// within asks for 20 s until it is told no error.
func within(t *testing.T, ask func() error) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
