// Package kube reads a cluster for the commands of the gate. It cannot write:
// its transport refuses every request but GET, whoever makes it. Objects are
// decoded straight into the few fields that the caller names, page by page, so
// that memory follows what is kept, and errors say which verb on which resource
// is missing.
package kube

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Bounds of one request.
const (
	timeout = 30 * time.Second // when Options say nothing
	maxBody = 64 << 20         // bytes of an answer
)

// Options say which cluster is read. The zero value reads what kubectl would:
// $KUBECONFIG, ~/.kube/config, or the cluster that the process runs in.
type Options struct {
	Kubeconfig string        // file
	Context    string        // "" for the current one
	Namespace  string        // "" for that of the context
	Timeout    time.Duration // of one request; 0 for 30 s
	UserAgent  string
	// Alone: nobody is there to answer a credential plugin of the kubeconfig, and what
	// it says is dropped. One that outlives us then holds no standard error open, for
	// whose end a git hook would be waited for.
	Alone bool
}

// Client reads one cluster. It is safe for concurrent use.
type Client struct {
	Namespace string // of the options, or else of the context
	Page      int    // objects in one answer; 250 when 0
	rest      rest.Interface
}

// Open reads the kubeconfig; the cluster is not asked yet. Its errors are mistakes
// of whoever calls.
func Open(o Options) (*Client, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.Kubeconfig
	rules.MigrationRules = nil // they look into the home directory, whatever file is named, and copy files there
	overrides := &clientcmd.ConfigOverrides{CurrentContext: o.Context}
	overrides.Context.Namespace = o.Namespace
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	config, err := loader.ClientConfig()
	if clientcmd.IsEmptyConfig(err) {
		return nil, errors.New("there is no kubeconfig: name one with --kubeconfig or $KUBECONFIG")
	}
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	config.Timeout, config.UserAgent = o.Timeout, o.UserAgent
	c, err := o.client(config)
	if err != nil {
		return nil, err
	}
	c.Namespace = namespace
	return c, nil
}

// client is New, for Alone with another standard error: client-go hands the one that it
// finds at that moment to plugins, and takes no other.
func (o Options) client(config *rest.Config) (*Client, error) {
	if !o.Alone || config.ExecProvider == nil {
		return New(config)
	}
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	ours := os.Stderr
	os.Stderr = nowhere
	defer func() { os.Stderr = ours }()
	return New(config)
}

// New reads the cluster of a configuration, of which a copy is used.
func New(config *rest.Config) (*Client, error) {
	config = rest.CopyConfig(config)
	if config.Timeout == 0 {
		config.Timeout = timeout
	}
	config.QPS = -1 // a run asks little, and one after the other; the server bounds what it serves
	config.WarningHandlerWithContext = rest.NoWarnings{}
	config.GroupVersion = &schema.GroupVersion{}
	config.APIPath = "/" // requests name their whole path
	config.AcceptContentTypes, config.ContentType = runtime.ContentTypeJSON, runtime.ContentTypeJSON
	scheme := runtime.NewScheme() // of answers that are errors
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return reading{next} })
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	return &Client{Namespace: metav1.NamespaceDefault, rest: client}, nil
}

// reading lets nothing but bounded reads through.
type reading struct{ next http.RoundTripper }

func (r reading) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet {
		return nil, fmt.Errorf("%s %s: this client only reads", request.Method, request.URL.Path)
	}
	response, err := r.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = &bounded{response.Body, maxBody}
	return response, nil
}

// bounded is a body of which only so much is read.
type bounded struct {
	io.ReadCloser
	left int64
}

var errTooLarge = fmt.Errorf("an answer of more than %d MiB", maxBody>>20)

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return n - 1, errTooLarge
	}
	return n, err
}
