// Package e2e tests the whole: the real program, installed by the chart, under exactly the rights of the chart, on a real Kubernetes, with the
// scenarios of package scenario.
package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/test/program"
	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// speed of the tickets' clocks: a minute takes a second.
const speed = 60

// shared is the stage of all tests, opened by the first one that needs it. A test that runs alone has the acts played all the same.
var shared struct {
	once          sync.Once
	stage         *scenario.Stage
	process       *scenario.Process
	before, after *scenario.Act
	away          struct{ from, to time.Time } // of the API server
	err           error
}

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "lotus-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	binary, gate = filepath.Join(dir, "webhook"), filepath.Join(dir, "gate")
	code = m.Run()
	if shared.stage != nil {
		if err := shared.stage.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	return code
}

// binary is the webhook, gate the other program.
var binary, gate string

// stage returns the stage after both acts.
func stage(t *testing.T) *scenario.Stage {
	t.Helper()
	shared.once.Do(func() {
		shared.err = play(context.Background())
		if shared.err != nil && shared.process != nil {
			log := shared.process.Log()
			t.Log(log[max(0, len(log)-1<<16):])
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.stage
}

func play(ctx context.Context) error {
	err := program.Build(ctx, filepath.Dir(binary), "../../cmd/webhook", "../../cmd/gate")
	if err != nil {
		return err
	}
	if shared.stage, err = scenario.Open(ctx, scenario.Options{Binary: binary, Gate: gate, Speed: speed}); err != nil {
		return err
	}
	if shared.before, err = shared.stage.Before(ctx); err != nil {
		return err
	}
	if err := shared.stage.Install(ctx); err != nil {
		return err
	}
	if shared.process, err = shared.stage.Start(ctx); err != nil {
		return err
	}
	if err := shared.process.Ready(ctx); err != nil {
		return err
	}
	shared.after, err = shared.stage.After(ctx)
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
