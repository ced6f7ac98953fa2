// Command bench measures gate beside its peers, as whole processes in turn, and prints
// Markdown. It generates its repositories and installs the peers under .cache, once. It fails
// only when something does not run, never on a missed target; see docs/benchmarks.md.
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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	// The benchmarks run themselves for two things: to generate in a process of its own,
	// because a child's peak memory begins at its parent's, and to measure inside a hook.
	if len(args) == 2 && args[0] == "prepare" {
		return prepareHere(ctx, args[1])
	}
	if len(args) > 2 && args[0] == "hook" {
		return measureHook(ctx, args[1], args[2:])
	}

	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "run the benchmarks whose name contains this")
	runs := flags.Int("runs", 7, "measured runs of each command, after one that is not counted")
	budget := flags.Duration("budget", 3*time.Minute, "after this long, and at least 3 runs, go to the next benchmark")
	quick := flags.Bool("quick", false, "small repositories only: the figures mean little")
	lake := flags.String("lake", "", "also compare on this clone of a real lake repository")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *runs < 1 {
		return fmt.Errorf("usage: bench [-only NAME] [-runs N] [-budget D] [-quick] [-lake DIR], got %q", args)
	}

	tools, err := installTools(ctx)
	if err != nil {
		return err
	}
	var results []result
	for _, b := range benchmarks(tools, *quick, *lake) {
		if !strings.Contains(b.name, *only) {
			continue
		}
		r, err := measure(ctx, b, *runs, *budget)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		if err := writeSeries(os.Stdout, r); err != nil {
			return err
		}
		results = append(results, r)
	}
	return writeVerdicts(os.Stdout, results)
}

// benchmarks are all of them, in the order of the issue.
func benchmarks(tools tools, quick bool, lake string) []benchmark {
	suite := []benchmark{history(tools, "history of a lake", "lake", 20)}
	if lake != "" {
		suite = append(suite, historyOf(tools, "history of the clone", lake, 20))
	}
	if !quick {
		suite = append(suite, history(tools, "history of 20,000 commits", "long", 10))
	}
	server := "server"
	if quick {
		server = "smallserver"
	}
	suite = append(suite, pushes(tools, server)...)
	suite = append(suite, files(tools, quick)...)
	suite = append(suite, startup(tools))
	return append(suite, rulesets(tools)...)
}
