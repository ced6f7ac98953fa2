package certificate

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Names of the objects that the cert-manager source keeps in the webhook's
// namespace.
const (
	// CertificateName is the serving Certificate, and the Secret that it ends in.
	CertificateName = "lotus-gate-webhook"
	// AuthorityName is the CA Certificate, its Secret and the Issuer that signs with
	// it, where no issuer is named.
	AuthorityName  = "lotus-gate-authority"
	selfSignedName = "lotus-gate-selfsigned"
)

// CertManagerConfig says how CertManager works.
type CertManagerConfig struct {
	REST      *rest.Config  // to watch the one Secret
	Client    client.Client // not cached; its scheme knows cert-manager
	Namespace string
	Hosts     []string
	Issuer    cmmeta.IssuerReference // empty: an issuer of our own, with a CA of its own
	Authority time.Duration          // life of that CA
	Leaf      time.Duration
}

// CertManager has cert-manager issue and renew the certificate. The API server
// learns the bundle from cert-manager's CA injector, by the annotation
// cert-manager.io/inject-ca-from on the webhook configurations.
type CertManager struct {
	config CertManagerConfig

	mu     sync.Mutex
	cert   *tls.Certificate
	bundle []byte
}

// NewCertManager makes the source. There is no certificate before cert-manager
// issued it.
func NewCertManager(c CertManagerConfig) *CertManager { return &CertManager{config: c} }

// InjectFrom is the value of cert-manager.io/inject-ca-from for a webhook in a namespace.
func InjectFrom(namespace string) string { return namespace + "/" + CertificateName }

// GetCertificate is the certificate that was issued last.
func (c *CertManager) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cert == nil {
		return nil, fmt.Errorf("%w: cert-manager has not issued Certificate %s", errNone, InjectFrom(c.config.Namespace))
	}
	return c.cert, nil
}

// Bundle is the issuer's certificate, as far as cert-manager knows it.
func (c *CertManager) Bundle() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bundle
}

// Start follows the Secret that cert-manager writes.
func (c *CertManager) Start(ctx context.Context) error {
	key := client.ObjectKey{Namespace: c.config.Namespace, Name: CertificateName}
	return followSecret(ctx, c.config.REST, c.config.Client.Scheme(), key, func(secret *corev1.Secret) { c.take(ctx, secret) }, nil)
}

// take serves what cert-manager wrote. What cannot be used changes nothing.
func (c *CertManager) take(ctx context.Context, secret *corev1.Secret) {
	cert, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		log.FromContext(ctx).Error(err, "certificate cannot be read: the one before stays", "secret", secret.Name)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cert, c.bundle = &cert, bytes.Clone(secret.Data[cmmeta.TLSCAKey])
}

// Maintain keeps the Certificate and, where no issuer is named, an issuer: a CA
// that signs itself and keeps its key when it is renewed, so that what was signed
// before a renewal is trusted after it and the other way round.
func (c *CertManager) Maintain(ctx context.Context, _ Publish) error {
	issuer := c.config.Issuer
	if issuer.Name == "" {
		issuer = cmmeta.IssuerReference{Name: AuthorityName, Kind: certmanagerv1.IssuerKind, Group: certmanagerv1.SchemeGroupVersion.Group}
		if err := c.issuer(ctx, selfSignedName, certmanagerv1.IssuerConfig{SelfSigned: &certmanagerv1.SelfSignedIssuer{}}); err != nil {
			return err
		}
		err := c.certificate(ctx, AuthorityName, func(spec *certmanagerv1.CertificateSpec) {
			spec.IsCA = true
			spec.CommonName = AuthorityName
			spec.Duration = &metav1.Duration{Duration: c.config.Authority}
			spec.IssuerRef = cmmeta.IssuerReference{Name: selfSignedName, Kind: issuer.Kind, Group: issuer.Group}
			spec.PrivateKey = &certmanagerv1.CertificatePrivateKey{Algorithm: certmanagerv1.ECDSAKeyAlgorithm, Size: 256, RotationPolicy: certmanagerv1.RotationPolicyNever}
		})
		if err != nil {
			return err
		}
		if err := c.issuer(ctx, AuthorityName, certmanagerv1.IssuerConfig{CA: &certmanagerv1.CAIssuer{SecretName: AuthorityName}}); err != nil {
			return err
		}
	}
	return c.certificate(ctx, CertificateName, func(spec *certmanagerv1.CertificateSpec) {
		spec.DNSNames, spec.IPAddresses = nil, nil
		for _, host := range c.config.Hosts {
			if net.ParseIP(host) != nil {
				spec.IPAddresses = append(spec.IPAddresses, host)
			} else {
				spec.DNSNames = append(spec.DNSNames, host)
			}
		}
		spec.Duration = &metav1.Duration{Duration: c.config.Leaf}
		spec.IssuerRef = issuer
		spec.Usages = []certmanagerv1.KeyUsage{certmanagerv1.UsageDigitalSignature, certmanagerv1.UsageServerAuth}
		spec.PrivateKey = &certmanagerv1.CertificatePrivateKey{Algorithm: certmanagerv1.ECDSAKeyAlgorithm, Size: 256, RotationPolicy: certmanagerv1.RotationPolicyAlways}
	})
}

// issuer creates an Issuer or brings its kind up to date.
func (c *CertManager) issuer(ctx context.Context, name string, config certmanagerv1.IssuerConfig) error {
	issuer := &certmanagerv1.Issuer{ObjectMeta: metav1.ObjectMeta{Namespace: c.config.Namespace, Name: name}}
	if _, err := controllerutil.CreateOrUpdate(ctx, c.config.Client, issuer, func() error {
		issuer.Spec.IssuerConfig = config
		return nil
	}); err != nil {
		return fmt.Errorf("keep Issuer %s: %w", name, err)
	}
	return nil
}

// certificate creates a Certificate or brings what we say of it up to date;
// fields that we say nothing of stay. Its Secret has its name.
func (c *CertManager) certificate(ctx context.Context, name string, set func(*certmanagerv1.CertificateSpec)) error {
	cert := &certmanagerv1.Certificate{ObjectMeta: metav1.ObjectMeta{Namespace: c.config.Namespace, Name: name}}
	if _, err := controllerutil.CreateOrUpdate(ctx, c.config.Client, cert, func() error {
		cert.Spec.SecretName = name
		set(&cert.Spec)
		return nil
	}); err != nil {
		return fmt.Errorf("keep Certificate %s: %w", name, err)
	}
	return nil
}
