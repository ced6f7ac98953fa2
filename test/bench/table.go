package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// writeSeries writes what the commands of one benchmark took, as a Markdown table.
func writeSeries(w io.Writer, r result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n| command | runs | median | least to most | processor | peak memory |\n|---|--:|--:|--:|--:|--:|\n", r.name)
	for _, e := range r.entries {
		s := r.series[e.name]
		least, most := s.spread()
		fmt.Fprintf(&b, "| %s | %d | %s | %s to %s | %s | %s |\n", e.name, len(s), short(s.wall()), short(least), short(most), short(s.cpu()), mebibytes(s.memory()))
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeVerdicts writes the targets of all benchmarks as one Markdown table.
func writeVerdicts(w io.Writer, results []result) error {
	var b strings.Builder
	b.WriteString("### Targets\n\n| benchmark | wanted | measured | target |\n|---|---|--:|---|\n")
	for _, r := range results {
		for _, t := range r.targets {
			v := t.judge(r.series)
			met := "missed"
			if v.met {
				met = "met"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.name, t.wanted, v.measured, met)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// short is a time with three digits or so.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func mebibytes(n int64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }
