package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// benchmark is some commands that are measured in turn, and what is wanted of them.
type benchmark struct {
	name    string
	prepare func(context.Context) error // once, before everything; nil for nothing
	entries []entry
	targets []target
}

// entry is one command of a benchmark.
type entry struct {
	name string
	// run makes everything ready, runs the command once and says what it took.
	run func(context.Context) (usage, error)
}

func plain(name string, p process) entry { return entry{name, p.measured} }

// result is a benchmark and what its commands took.
type result struct {
	benchmark
	series map[string]series // by entry name
}

// measure runs every entry once to warm up, and then all of them in turn, A B A B …
func measure(ctx context.Context, b benchmark, runs int, budget time.Duration) (result, error) {
	r := result{b, map[string]series{}}
	fmt.Fprintf(os.Stderr, "%s: prepare\n", b.name)
	if b.prepare != nil {
		if err := b.prepare(ctx); err != nil {
			return r, fmt.Errorf("prepare: %w", err)
		}
	}
	begun := time.Now()
	for n := range runs + 1 {
		if n > 3 && time.Since(begun) > budget {
			break
		}
		for _, e := range b.entries {
			u, err := e.run(ctx)
			if err != nil {
				return r, fmt.Errorf("%s: %w", e.name, err)
			}
			fmt.Fprintf(os.Stderr, "%s: %s: %v\n", b.name, e.name, u.Wall.Round(time.Millisecond))
			if n > 0 {
				r.series[e.name] = append(r.series[e.name], u)
			}
		}
	}
	return r, nil
}
