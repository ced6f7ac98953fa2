// Package standin stands in for what lotus-gate works with and what the Go module proxy does not have: source-controller with a git server to ask,
// tofu-controller with its runner pods, and the Airbyte that Terraform changes. They reconcile real objects of a real API server; their clock goes as
// fast as a test wants.
package standin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Config of a world.
type Config struct {
	REST  *rest.Config // of an administrator, who may impersonate the runners
	Clock *Clock
	// CachedRetry has tofu-controller behave as release 0.16.0-rc.7: a retry uses the artifact that failed before, until an interval after it was
	// fetched, a change of the spec or a request. False is 0.16.5.
	CachedRetry bool
	// API is the Airbyte that runs of Terraform change, by what the source's files and the state say; nil: a run keeps its variables in the state and
	// changes nothing.
	API *AirbyteAPI
	// LooksForDrift has a Terraform object that applied its revision only look for drift afterwards, as 0.16.5 does: Drift makes some. Otherwise every
	// reconciliation plans and applies anew, which says the same of variables that changed.
	LooksForDrift bool
	// RunTime is how long a plan takes, by the clock.
	RunTime time.Duration
	// Namespaces are those whose objects are reconciled; none: all.
	Namespaces []string
}

// World is both controllers at work.
type World struct {
	Repository *Repository
	Airbyte    *Airbyte

	terraforms *terraforms
	receivers  *receivers
	address    string // of the HTTP server
	dir        string
	server     *http.Server
	stop       context.CancelFunc
	parts      sync.WaitGroup
	err        error
}

// Scheme knows the objects of Kubernetes, Flux's sources and Terraform objects.
func Scheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, sourcev1.AddToScheme, tofu.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("make the scheme: %w", err)
		}
	}
	return scheme, nil
}

// Start runs both controllers until Stop. The API server must have their CRDs.
func Start(ctx context.Context, config Config) (_ *World, err error) {
	dir, err := os.MkdirTemp("", "lotus-standin-")
	if err != nil {
		return nil, fmt.Errorf("start stand-ins: %w", err)
	}
	w := &World{Airbyte: &Airbyte{runs: map[types.NamespacedName][]Run{}}, dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start stand-ins: %w", err), w.Stop())
		}
	}()
	if w.Repository, err = newRepository(ctx, dir); err != nil {
		return nil, err
	}
	scheme, err := Scheme()
	if err != nil {
		return nil, err
	}
	live, err := client.New(config.REST, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	artifacts := &store{content: map[string][]byte{}}
	w.receivers = &receivers{client: live, byPath: map[string]Receiver{}}
	if w.address, err = w.serve(ctx, artifacts); err != nil {
		return nil, err
	}
	w.Repository.URL = w.address + "/git/lake.git"
	var only map[string]cache.Config
	for _, name := range config.Namespaces {
		if only == nil {
			only = map[string]cache.Config{}
		}
		only[name] = cache.Config{}
	}
	mgr, err := manager.New(config.REST, manager.Options{
		Scheme: scheme, Cache: cache.Options{DefaultNamespaces: only}, Metrics: metricsserver.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
	})
	if err != nil {
		return nil, err
	}
	source := &sources{client: live, clock: config.Clock, dir: filepath.Join(dir, "clones"), artifacts: artifacts, url: w.address + "/artifacts"}
	if err := source.setup(mgr); err != nil {
		return nil, err
	}
	w.terraforms = &terraforms{
		client: live, cached: mgr.GetCache(), clock: config.Clock, airbyte: w.Airbyte, cachedRetry: config.CachedRetry, runTime: config.RunTime, looks: config.LooksForDrift,
		runners: &runners{api: config.API, rest: config.REST, scheme: scheme, live: live, environment: map[types.UID]map[string]string{}},
		kept:    map[types.NamespacedName]cachedArtifact{}, swallow: map[types.NamespacedName]int{}, drifts: map[types.NamespacedName]string{},
	}
	if err := w.terraforms.setup(mgr); err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	w.stop = stop
	w.parts.Go(func() { w.err = mgr.Start(running) })
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		return nil, errors.New("caches are not in step")
	}
	return w, nil
}

// serve the git repository and the artifacts on loopback.
func (w *World) serve(ctx context.Context, artifacts http.Handler) (string, error) {
	repositories, err := backend(ctx, w.dir)
	if err != nil {
		return "", err
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	mux.Handle("/git/", repositories)
	mux.Handle("/artifacts/", artifacts)
	mux.Handle("/hook/", w.receivers)
	w.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	w.parts.Go(func() { _ = w.server.Serve(listener) })
	return "http://" + listener.Addr().String(), nil
}

// Swallow has the next runs of an object get no runner: each consumes a token and plans nothing.
func (w *World) Swallow(name types.NamespacedName, runs int) {
	w.terraforms.mu.Lock()
	defer w.terraforms.mu.Unlock()
	w.terraforms.swallow[name] = runs
}

// Drift has every look of an object find drift, of which Terraform says plan; none with "".
func (w *World) Drift(name types.NamespacedName, plan string) {
	w.terraforms.mu.Lock()
	defer w.terraforms.mu.Unlock()
	w.terraforms.drifts[name] = plan
}

// Stop ends everything and removes the repository.
func (w *World) Stop() error {
	if w.stop != nil {
		w.stop()
	}
	if w.server != nil {
		_ = w.server.Close()
	}
	w.parts.Wait()
	return errors.Join(w.err, os.RemoveAll(w.dir))
}
