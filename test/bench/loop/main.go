// Command loop measures TICKET-001 with and without lotus-gate on a real Kubernetes, from the push of a fix to Terraform's attempt, and prints Markdown. It
// fails only when something does not run, never on a missed target; see docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/lotus-lake/lotus-gate/test/scenario"
	"github.com/lotus-lake/lotus-gate/test/standin"
)

const (
	speed   = 60              // of the ticket's clock, without lotus-gate: a minute takes a second
	runTime = 5 * time.Second // of a plan, in real time
	wanted  = 10 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log.SetLogger(logr.Discard())
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "loop:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("loop", flag.ContinueOnError)
	runs := flags.Int("runs", 7, "measured pushes of B and C, after one of each that is not counted")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *runs < 1 {
		return fmt.Errorf("usage: loop [-runs N], got %q", args)
	}
	dir, err := os.MkdirTemp("", "lotus-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	build := exec.CommandContext(ctx, "go", "build", "-o", dir+string(filepath.Separator), "./cmd/gate", "./cmd/webhook")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, said)
	}
	stage, err := scenario.Open(ctx, scenario.Options{Binary: filepath.Join(dir, "webhook"), Gate: filepath.Join(dir, "gate"), Speed: speed})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	if err := without(ctx, stage, out); err != nil {
		return fmt.Errorf("without lotus-gate: %w", err)
	}
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
	return with(ctx, stage, *runs, out)
}

// without lotus-gate, by the clock of the ticket.
func without(ctx context.Context, stage *scenario.Stage, out io.Writer) error {
	before, err := stage.Ticket001(ctx, "without")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "#### Without lotus-gate, by the ticket's clock\n\n```text\n%s\n```\n\n", strings.Join(before.Story.Lines, "\n"))
	fmt.Fprintf(out, "C is applied %s after its push.\n\n", before.Pushed.Round(time.Second))
	return nil
}

// with lotus-gate, in real time.
func with(ctx context.Context, stage *scenario.Stage, runs int, out io.Writer) (err error) {
	loop, err := stage.OpenLoop(ctx, scenario.LoopOptions{Namespace: "with", Config: standin.Config{CachedRetry: true, RunTime: runTime}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, loop.Close()) }()
	var all []*scenario.BrokenPush
	for n := range runs + 1 {
		p, err := loop.BrokenPush(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "run %d: C is attempted after %s\n", n, p.Attempted.Round(time.Millisecond))
		if n > 0 {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *scenario.BrokenPush) int { return int(a.Attempted - b.Attempted) })
	median := all[len(all)/2]
	fmt.Fprintf(out, "#### With it, in real time: what the pusher reads, in the median run\n\n```text\ngit push # B, broken\n%s\ngit push # C, the fix\n%s```\n\n", median.Told[0], median.Told[1])
	fmt.Fprintln(out, "| from the push | runs | median | least to most |\n|---|--:|--:|--:|")
	row := func(what string, of func(*scenario.BrokenPush) time.Duration) {
		var times []time.Duration
		for _, p := range all {
			times = append(times, of(p))
		}
		slices.Sort(times)
		fmt.Fprintf(out, "| %s | %d | %.1f s | %.1f s to %.1f s |\n", what, len(times), times[len(times)/2].Seconds(), times[0].Seconds(), times[len(times)-1].Seconds())
	}
	row(fmt.Sprintf("of B: its plan, of %s, has failed", runTime), func(p *scenario.BrokenPush) time.Duration { return p.Failed })
	row("of C: it is attempted", func(p *scenario.BrokenPush) time.Duration { return p.Attempted })
	row("of C: it is applied", func(p *scenario.BrokenPush) time.Duration { return p.Applied })
	met := "met"
	if median.Attempted > wanted {
		met = "missed"
	}
	fmt.Fprintf(out, "\n| wanted | measured | target |\n|---|--:|---|\n| C attempted within %s of its push, as a median | %.1f s | %s |\n", wanted, median.Attempted.Seconds(), met)
	return nil
}
