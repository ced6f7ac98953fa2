package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// verdict is a target, what was measured, and whether it is what was wanted, unless the machine was too busy to tell.
type verdict struct {
	benchmark, wanted, measured string
	met, unclear                bool
}

func p50(s sample) time.Duration { return s.p50 }

func p99(s sample) time.Duration { return s.p99 }

// verdicts are the targets of latency.
func (s samples) verdicts() []verdict {
	const (
		mutation, validation, rival = 1.5, 1.25, 0.6
		change                      = 0.1
		nothing                     = 0.05 // of the bare request: what rounds differ by anyway
	)
	var all []verdict
	judge := func(kind, wanted, measured string, met bool) {
		all = append(all, verdict{benchmark: kind, wanted: wanted, measured: measured, met: met})
	}
	atMost := func(kind, peer string, most float64) {
		mine, theirs := s.added(kind, ours, p50), s.added(kind, peer, p50)
		judge(kind, fmt.Sprintf("%s adds at most %g times what %s adds", ours, most, peer),
			fmt.Sprintf("%.2f times: %s, %s", ratio(mine, theirs), signed(mine), signed(theirs)), float64(mine) <= most*float64(theirs))
		all[len(all)-1].unclear = theirs <= s.noise(kind)
	}
	for _, kind := range []string{"create a Deployment", "update a Deployment's template"} {
		atMost(kind, noopMutating, mutation)
	}
	for _, kind := range []string{"scale a Deployment", "create a state Secret"} {
		added, bare := s.added(kind, ours, p50), s.median(kind, none, p50)
		judge(kind, ours+" adds nothing", fmt.Sprintf("%s to %s", signed(added), short(bare)), float64(added) <= nothing*float64(bare))
		all[len(all)-1].unclear = float64(s.noise(kind)) > nothing*float64(bare)
	}
	for _, kind := range []string{"update a state Secret", "create a Terraform object", "update a Terraform object"} {
		atMost(kind, noopValidating, validation)
		atMost(kind, gatekeeper, rival)
		r := ratio(s.added(kind, oursWithMore, p50), s.added(kind, ours, p50)) - 1
		judge(kind, fmt.Sprintf("%s adds less than 10 %% more than %s", oursWithMore, ours), fmt.Sprintf("%+.0f %%", 100*r), r < change)
		all[len(all)-1].unclear = float64(s.noise(kind)) > change*float64(s.added(kind, ours, p50))
	}
	return all
}

// noise is the standard error of the median of bare requests, from how far rounds lie from it: what is smaller was not measured.
func (s samples) noise(kind string) time.Duration {
	const errorOfMedian = 1.86 // in median absolute deviations of one round, were rounds distributed normally
	middle := s.median(kind, none, p50)
	var off []time.Duration
	for _, one := range s[kind][none] {
		off = append(off, max(one.p50-middle, middle-one.p50))
	}
	return time.Duration(errorOfMedian * float64(median(off)) / math.Sqrt(float64(len(off))))
}

// writeLatency writes a table for each kind of request, and how often the API server called whom.
func writeLatency(w io.Writer, all samples, calls map[string]int) error {
	var b strings.Builder
	for _, k := range kinds() {
		fmt.Fprintf(&b, "### %s\n\n| with | rounds | p50 | adds | least to most added | p99 | adds |\n|---|--:|--:|--:|--:|--:|--:|\n", k.name)
		for _, v := range k.variants {
			var more []time.Duration
			for round, one := range all[k.name][v] {
				more = append(more, one.p50-all[k.name][none][round].p50)
			}
			fmt.Fprintf(&b, "| %s | %d | %s | %s | %s to %s | %s | %s |\n", v, len(more),
				short(all.median(k.name, v, p50)), signed(all.added(k.name, v, p50)), signed(slices.Min(more)), signed(slices.Max(more)),
				short(all.median(k.name, v, p99)), signed(all.added(k.name, v, p99)))
		}
		b.WriteString("\n")
	}
	b.WriteString("### Calls of the API server\n\n| webhook | calls |\n|---|--:|\n")
	names := make([]string, 0, len(calls))
	for name := range calls {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "| %s | %d |\n", name, calls[name])
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeVerdicts writes the targets of all parts as one table.
func writeVerdicts(w io.Writer, all []verdict) error {
	var b strings.Builder
	b.WriteString("### Targets\n\n| benchmark | wanted | measured | target |\n|---|---|--:|---|\n")
	for _, v := range all {
		met := "missed"
		switch {
		case v.unclear:
			met = "unclear"
		case v.met:
			met = "met"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.benchmark, v.wanted, v.measured, met)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// short is a time with three digits or so.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond && d > -10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func signed(d time.Duration) string {
	if d < 0 {
		return short(d)
	}
	return "+" + short(d)
}

func mebibytes(n int64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }

func ratio(a, b time.Duration) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
