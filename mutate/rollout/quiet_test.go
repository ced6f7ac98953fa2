package rollout

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func seconds(s float64) time.Time { return noon.Add(time.Duration(s * float64(time.Second))) }

func TestQuiet(t *testing.T) {
	limits := Limits{QuietWindow: 2 * time.Second, MaxQuiet: 10 * time.Second}
	tests := map[string]struct {
		limits  Limits
		changes map[string][]float64 // object -> seconds
		waiting float64
		want    float64
	}{
		"one change":               {limits, map[string][]float64{"ns/Secret/a": {0}}, 0, 2},
		"counted from the last":    {limits, map[string][]float64{"ns/Secret/a": {0, 1, 1.5}}, 0, 3.5},
		"the last of two objects":  {limits, map[string][]float64{"ns/Secret/a": {3}, "ns/ConfigMap/b": {1}}, 1, 5},
		"not for ever":             {limits, map[string][]float64{"ns/Secret/a": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}, 1, 11},
		"others do not count":      {limits, map[string][]float64{"other/Secret/a": {5}}, 0, -1},
		"no bound when it is zero": {Limits{QuietWindow: 2 * time.Second}, map[string][]float64{"ns/Secret/a": {0, 50}}, 0, 52},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			q := newQuiet(test.limits)
			for object, times := range test.changes {
				for _, at := range times {
					q.note(object, seconds(at))
				}
			}
			want := seconds(test.want)
			if test.want < 0 {
				want = time.Time{}
			}
			if got := q.until([]string{"ns/ConfigMap/b", "ns/Secret/a"}, seconds(test.waiting)); !got.Equal(want) {
				t.Errorf("waits until %v, want %v", got, want)
			}
		})
	}
}

// A thousand objects that change once each leave nothing behind.
func TestQuietForgets(t *testing.T) {
	q := newQuiet(Limits{QuietWindow: time.Second})
	for i := range 10_000 {
		q.note(fmt.Sprintf("ns/Secret/%d", i), seconds(float64(i)))
	}
	if len(q.changed) > 128 {
		t.Errorf("remembers %d objects", len(q.changed))
	}
}
