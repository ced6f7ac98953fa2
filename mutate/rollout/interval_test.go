package rollout

import (
	"testing"
	"time"
)

func TestInterval(t *testing.T) {
	type ask struct {
		at         float64 // seconds after noon
		annotation string
		want       float64 // -1: at once
	}
	tests := map[string][]ask{
		"never rolled out":                {{0, "", -1}},
		"no time":                         {{0, "yesterday", -1}},
		"long ago":                        {{0, "2026-11-22T11:59:00Z", -1}},
		"recently":                        {{0, "2026-11-22T11:59:50Z", 20}, {10, "2026-11-22T11:59:50Z", 20}},
		"over":                            {{0, "2026-11-22T11:59:50Z", 20}, {20, "2026-11-22T11:59:50Z", 20}},
		"ahead counts as when first seen": {{0, "2027-01-01T00:00:00Z", 30}, {25, "2027-01-01T00:00:00Z", 30}, {31, "2027-01-01T00:00:00Z", 30}},
		"another rollout":                 {{0, "2026-11-22T11:59:50Z", 20}, {30, "2026-11-22T12:00:25Z", 55}},
	}
	for name, asks := range tests {
		t.Run(name, func(t *testing.T) {
			i := newInterval(30 * time.Second)
			for _, ask := range asks {
				want := seconds(ask.want)
				if ask.want < 0 {
					want = time.Time{}
				}
				if got := i.until(app(1), ask.annotation, seconds(ask.at)); !got.Equal(want) {
					t.Errorf("at %v: waits until %v, want %v", ask.at, got, want)
				}
			}
		})
	}
}

// Time that the process measures counts, not the wall clock, once a rollout was seen.
func TestIntervalWhenTheWallClockIsSet(t *testing.T) {
	i := newInterval(time.Hour)
	start := time.Now()
	annotation := start.Format(time.RFC3339)
	if until := i.until(app(1), annotation, start); until.Sub(start) < 59*time.Minute {
		t.Fatalf("waits until %v", until)
	}
	// Without monotonic reading, as after the clock was set forward by a day; the sighting keeps its own time.
	if until := i.until(app(1), annotation, start.Add(time.Minute)); until.Sub(start) < 59*time.Minute || until.Sub(start) > time.Hour {
		t.Errorf("waits until %v", until)
	}
}

func TestIntervalForgets(t *testing.T) {
	i := newInterval(30 * time.Second)
	i.until(app(1), "2026-11-22T11:59:50Z", noon)
	i.until(app(2), "2026-11-22T11:59:50Z", noon)
	i.forget(app(1))
	i.until(app(2), "", noon)
	if len(i.seen) != 0 {
		t.Errorf("remembers %v", i.seen)
	}
}
