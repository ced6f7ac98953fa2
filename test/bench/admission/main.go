// Command admission measures the webhook beside a no-op webhook and Gatekeeper, all of them real processes behind one real API
// server, and prints Markdown. It builds the webhook and installs Gatekeeper under .cache. It fails only when something does not
// run, never on a missed target; see docs/benchmarks.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log.SetLogger(logr.Discard()) // of the libraries; the processes have logs of their own
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "admission:", err)
		os.Exit(1)
	}
}

// sizes of the benchmarks.
type sizes struct {
	rounds, requests                 int           // of latency: measured rounds, and requests of each variant in each
	budget                           time.Duration // for latency
	changes, users                   int           // of one Secret, and Deployments that use it
	secrets, deployments, adoptables int
}

func run(ctx context.Context, args []string) error {
	if len(args) == 3 && args[0] == "noop" { // the no-op webhook is this program in another process
		return serveNothing(ctx, args[1], args[2])
	}
	flags := flag.NewFlagSet("admission", flag.ContinueOnError)
	only := flags.String("only", "", "run the parts whose name contains this: latency, storm, memory, adoption")
	rounds := flags.Int("rounds", 11, "measured rounds of latency, after one that is not counted")
	requests := flags.Int("requests", 200, "requests of each variant in a round")
	budget := flags.Duration("budget", 4*time.Minute, "after this long, and at least 3 rounds, latency is measured enough")
	quick := flags.Bool("quick", false, "a look whether everything runs: the figures mean little")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *rounds < 1 || *requests < clients {
		return fmt.Errorf("usage: admission [-only PART] [-rounds N] [-requests N] [-budget D] [-quick], got %q", args)
	}
	s := sizes{*rounds, *requests, *budget, 7, 1000, 300, 5000, 10_000}
	if *quick {
		s = sizes{min(2, *rounds), min(40, *requests), *budget, 2, 100, 20, 200, 200}
	}
	programs, err := installTools(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(programs.dir) }() // what stays is in the temporary directory
	var all []verdict
	for _, part := range []struct {
		name string
		run  func(context.Context, tools, sizes) ([]verdict, error)
	}{{"latency", latency}, {"storm", storm}, {"memory", memory}, {"adoption", adoption}} {
		if !strings.Contains(part.name, *only) {
			continue
		}
		verdicts, err := part.run(ctx, programs, s)
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		all = append(all, verdicts...)
	}
	return writeVerdicts(os.Stdout, all)
}
