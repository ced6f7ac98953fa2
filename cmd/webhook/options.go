package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/spf13/pflag"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/cache"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
	"github.com/lotus-lake/lotus-gate/serve/certificate"
	"github.com/lotus-lake/lotus-gate/serve/registration"
)

// options are the flags.
type options struct {
	kubeconfig     string
	namespace      string
	config         string
	configurations string // name of both webhook configurations
	serviceName    string
	serviceAccount string
	webhookURL     string
	namespaces     []string // whose objects are watched and read; none: all

	certificates string // own, cert-manager or files
	certDir      string
	issuer       string
	leafLife     time.Duration
	caLife       time.Duration
	caSettle     time.Duration

	bindAddress    string
	metricsAddress string
	healthAddress  string

	leaderElect   bool
	leaseDuration time.Duration
	renewDeadline time.Duration
	retryPeriod   time.Duration

	drainDelay   time.Duration
	drainTimeout time.Duration

	logLevel     string
	otlpEndpoint string
}

const (
	certificatesOwn         = "own"
	certificatesCertManager = "cert-manager"
	certificatesFiles       = "files"
)

func defaults() *options {
	return &options{
		configurations: "lotus-gate", serviceName: "lotus-gate", certificates: certificatesOwn,
		leafLife: 24 * time.Hour, caLife: 365 * 24 * time.Hour, caSettle: 5 * time.Minute,
		bindAddress: ":9443", metricsAddress: ":8080", healthAddress: ":8081",
		leaderElect: true, leaseDuration: 15 * time.Second, renewDeadline: 10 * time.Second, retryPeriod: 2 * time.Second,
		drainDelay: 10 * time.Second, drainTimeout: 20 * time.Second, logLevel: "info",
	}
}

func (o *options) bind(f *pflag.FlagSet) {
	f.SortFlags = false
	o.bindCluster(f)
	f.StringVar(&o.config, "config", o.config, "configuration file; empty is the defaults")
	f.StringVar(&o.configurations, "webhook-configuration", o.configurations, "name of the validating and of the mutating webhook configuration")
	f.StringVar(&o.serviceName, "service-name", o.serviceName, "Service at which the API server finds the webhook")
	f.StringVar(&o.webhookURL, "webhook-url", o.webhookURL, "outside a cluster: https://host:port at which the API server finds the webhook; the webhook configurations are then made by this process")
	f.StringVar(&o.serviceAccount, "service-account", o.serviceAccount, "user whose own requests are not mutated (default \"system:serviceaccount:<namespace>:lotus-gate\")")
	f.StringSliceVar(&o.namespaces, "namespaces", o.namespaces, "watch and read objects of these namespaces only, where no more is granted; requests of others must not come")
	f.StringVar(&o.certificates, "certificates", o.certificates, "where the certificate comes from: own, cert-manager or files (default \"own\", \"files\" with --cert-dir)")
	f.StringVar(&o.certDir, "cert-dir", o.certDir, "with files: directory of tls.crt, tls.key and, for the API server to trust, ca.crt")
	f.StringVar(&o.issuer, "issuer", o.issuer, "with cert-manager: Issuer or ClusterIssuer/NAME; empty is an issuer with a CA of its own")
	f.DurationVar(&o.leafLife, "certificate-lifetime", o.leafLife, "life of the serving certificate; it is renewed after two thirds")
	f.DurationVar(&o.caLife, "ca-lifetime", o.caLife, "life of a certificate authority; it is rotated after two thirds")
	f.DurationVar(&o.caSettle, "ca-settle", o.caSettle, "time until every API server knows a published certificate authority")
	f.StringVar(&o.bindAddress, "bind-address", o.bindAddress, "where admission requests come in")
	f.StringVar(&o.metricsAddress, "metrics-address", o.metricsAddress, "where /metrics is served, in plain HTTP; 0 is nowhere")
	f.StringVar(&o.healthAddress, "health-address", o.healthAddress, "where /healthz and /readyz are served, in plain HTTP")
	f.BoolVar(&o.leaderElect, "leader-elect", o.leaderElect, "let one replica at a time run the controllers")
	f.DurationVar(&o.leaseDuration, "lease-duration", o.leaseDuration, "for how long a replica that is gone is taken for the leader")
	f.DurationVar(&o.renewDeadline, "renew-deadline", o.renewDeadline, "for how long a leader goes on that cannot renew its lease")
	f.DurationVar(&o.retryPeriod, "retry-period", o.retryPeriod, "time between two looks at the lease")
	f.DurationVar(&o.drainDelay, "drain-delay", o.drainDelay, "time between turning unready and taking no more connections")
	f.DurationVar(&o.drainTimeout, "drain-timeout", o.drainTimeout, "for how long requests may then go on")
	f.StringVar(&o.logLevel, "log-level", o.logLevel, "error, info, debug, or a verbosity from 0 (info) to 9")
	f.StringVar(&o.otlpEndpoint, "otlp-endpoint", o.otlpEndpoint, "URL of an OpenTelemetry collector (OTLP over HTTP); the OTEL_* variables do too")
}

// bindCluster are the flags that the subcommands take too.
func (o *options) bindCluster(f *pflag.FlagSet) {
	f.StringVar(&o.kubeconfig, "kubeconfig", o.kubeconfig, "kubeconfig file; empty is the service account of the pod")
	f.StringVar(&o.namespace, "namespace", o.namespace, "namespace of the webhook (default that of the pod, or lotus-gate-system)")
}

// complete fills in what depends on the surroundings, and checks the rest.
func (o *options) complete() error {
	if o.namespace == "" {
		o.namespace = "lotus-gate-system"
		if own, err := os.ReadFile("/var/run/secrets/kubernetes.io/serviceaccount/namespace"); err == nil {
			o.namespace = strings.TrimSpace(string(own))
		}
	}
	if o.serviceAccount == "" {
		o.serviceAccount = "system:serviceaccount:" + o.namespace + ":lotus-gate"
	}
	if o.certDir != "" && o.certificates == certificatesOwn {
		o.certificates = certificatesFiles
	}
	switch {
	case !slices.Contains([]string{certificatesOwn, certificatesCertManager, certificatesFiles}, o.certificates):
		return fmt.Errorf("--certificates %q: want own, cert-manager or files", o.certificates)
	case o.certificates == certificatesFiles && o.certDir == "":
		return errors.New("--certificates files needs --cert-dir")
	case o.certificates != certificatesFiles && o.certDir != "":
		return fmt.Errorf("--cert-dir is of no use with --certificates %s", o.certificates)
	case o.certificates != certificatesCertManager && o.issuer != "":
		return fmt.Errorf("--issuer is of no use with --certificates %s", o.certificates)
	case o.leafLife < time.Minute || o.caLife < 2*o.leafLife:
		return errors.New("--certificate-lifetime is a minute at least, and --ca-lifetime twice that")
	case o.drainDelay < 0 || o.drainTimeout <= 0 || o.caSettle < 0:
		return errors.New("--drain-delay and --ca-settle cannot be negative, and --drain-timeout is more than 0")
	case o.leaderElect && (o.leaseDuration <= o.renewDeadline || o.renewDeadline <= o.retryPeriod*6/5 || o.retryPeriod <= 0):
		return errors.New("want --lease-duration > --renew-deadline > 1.2 times --retry-period > 0")
	}
	if _, err := o.issuerRef(); err != nil {
		return err
	}
	if _, _, err := o.listen(); err != nil {
		return err
	}
	if o.webhookURL != "" {
		if u, err := url.Parse(o.webhookURL); err != nil || u.Scheme != "https" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return fmt.Errorf("--webhook-url %q: want https://host:port", o.webhookURL)
		}
	}
	return nil
}

// issuerRef is what --issuer names.
func (o *options) issuerRef() (cmmeta.IssuerReference, error) {
	if o.issuer == "" {
		return cmmeta.IssuerReference{}, nil
	}
	kind, name, found := strings.Cut(o.issuer, "/")
	if !found || name == "" || kind != "Issuer" && kind != "ClusterIssuer" {
		return cmmeta.IssuerReference{}, fmt.Errorf("--issuer %q: want Issuer/NAME or ClusterIssuer/NAME", o.issuer)
	}
	return cmmeta.IssuerReference{Name: name, Kind: kind, Group: "cert-manager.io"}, nil
}

// listen takes --bind-address apart.
func (o *options) listen() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(o.bindAddress)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err != nil || port < 1 || port > 65535 {
		return "", 0, fmt.Errorf("--bind-address %q: want host:port", o.bindAddress)
	}
	return host, port, nil
}

// hosts are the names and addresses that the API server may call the webhook by.
func (o *options) hosts() []string {
	if o.webhookURL != "" {
		u, _ := url.Parse(o.webhookURL) // complete has checked it
		return []string{u.Hostname()}
	}
	service := o.serviceName + "." + o.namespace
	return []string{service + ".svc", service + ".svc.cluster.local", service}
}

// client is how to reach the API server. It has no limit of its own: the server
// has its priorities and fairness.
func (o *options) client() (*rest.Config, error) {
	config, err := rest.InClusterConfig()
	if o.kubeconfig != "" {
		config, err = clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	}
	if errors.Is(err, rest.ErrNotInCluster) {
		return nil, usagef("not in a cluster: --kubeconfig is needed")
	}
	if err != nil {
		return nil, fmt.Errorf("read how to reach the API server: %w", err)
	}
	config.QPS, config.Burst = -1, 0
	config.UserAgent = version.UserAgent()
	return config, nil
}

// lookInterval is how often the leader looks after certificates.
func (o *options) lookInterval() time.Duration {
	return max(time.Second, min(time.Minute, o.caSettle/4, o.leafLife/10))
}

// watched are --namespaces as a cache wants them.
func (o *options) watched() map[string]cache.Config {
	var only map[string]cache.Config
	for _, name := range o.namespaces {
		if only == nil {
			only = map[string]cache.Config{}
		}
		only[name] = cache.Config{}
	}
	return only
}

// registration is what the webhook configurations depend on.
func (o *options) registration() registration.Options {
	r := registration.Options{Name: o.configurations, URL: o.webhookURL, Namespace: o.namespace, User: o.serviceAccount, Namespaces: o.namespaces}
	if o.certificates == certificatesCertManager {
		r.InjectFrom = certificate.InjectFrom(o.namespace)
	}
	return r
}
