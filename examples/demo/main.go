// Command demo is the second half of `make demo`: it brings up a real Kubernetes, replays TICKET-001, 003, 004 and 005 without lotus-gate, installs it,
// and replays them again. A minute of the tickets takes a second. It needs bin/webhook and what `make controlplane` builds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/test/scenario"
)

// speed of the tickets' clocks.
const speed = 60

func main() {
	log.SetLogger(logr.Discard())
	webhook := flag.String("webhook", filepath.Join("bin", "webhook"), "the program")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	began := time.Now()
	if err := play(ctx, *webhook, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
	fmt.Printf("\n(%s in all)\n", time.Since(began).Round(time.Second))
}

func play(ctx context.Context, webhook string, out io.Writer) (err error) {
	binary, err := filepath.Abs(webhook)
	if err != nil {
		return err
	}
	title(out, "6. A cluster: etcd, kube-apiserver, kube-controller-manager, kube-scheduler and two fake nodes")
	stage, err := scenario.Open(ctx, scenario.Options{Binary: binary, Speed: speed})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	fmt.Fprintln(out, "   with a stand-in for source-controller, which asks a git server, and one for tofu-controller, which changes an Airbyte")

	title(out, "7. The tickets without lotus-gate. A minute of theirs takes a second")
	before, err := stage.Before(ctx)
	if err != nil {
		return err
	}
	tell(out, before)

	title(out, "8. helm install lotus-gate charts/lotus-gate, and the webhook under the rights of its service account")
	if err := stage.Install(ctx); err != nil {
		return err
	}
	process, err := stage.Start(ctx)
	if err != nil {
		return err
	}
	if err := process.Ready(ctx); err != nil {
		return err
	}
	ready, err := process.Readiness(ctx)
	if err != nil {
		return err
	}
	for line := range strings.Lines(ready) {
		fmt.Fprint(out, "   ", line)
	}

	title(out, "9. The tickets with lotus-gate")
	after, err := stage.After(ctx)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, process.Log())
	}
	tell(out, after)
	title(out, "10. Before and after")
	return compare(out, before, after)
}

func title(out io.Writer, text string) { fmt.Fprintf(out, "\n\033[1m%s\033[0m\n", text) }

func tell(out io.Writer, act *scenario.Act) {
	for _, story := range act.Stories() {
		fmt.Fprintf(out, "\n   %s: %s\n", story.Ticket, story.Title)
		for _, line := range story.Lines {
			fmt.Fprintln(out, "     ", line)
		}
	}
}
