package report

import (
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

type screen struct {
	mu    sync.Mutex
	drawn []string
}

func (s *screen) draw(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = append(s.drawn, text)
}

func wide(n int) func() int { return func() int { return n } }

func TestProgress(t *testing.T) {
	tests := []struct {
		name         string
		total, width int
		work         time.Duration
		want         []string
	}{
		{"quick work shows nothing", 10, 80, 990 * time.Millisecond, nil},
		{
			"known total", 10, 80, 1150 * time.Millisecond,
			[]string{"\rhistory [############------------] 50% of 10, 1.0s\x1b[K", "\rhistory [############------------] 50% of 10, 1.1s\x1b[K", "\r\x1b[K"},
		},
		{"unknown total", 0, 80, 1050 * time.Millisecond, []string{"\rhistory 5, 1.0s\x1b[K", "\r\x1b[K"}},
		{"more than the total", 4, 80, 1050 * time.Millisecond, []string{"\rhistory [########################] 100% of 4, 1.0s\x1b[K", "\r\x1b[K"}},
		{"total below zero", -3, 80, 1050 * time.Millisecond, []string{"\rhistory 5, 1.0s\x1b[K", "\r\x1b[K"}},
		{"narrow terminal", 10, 12, 1050 * time.Millisecond, []string{"\rhistory [##\x1b[K", "\r\x1b[K"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s screen
				p := startProgress(s.draw, wide(test.width), "history", 0)
				p.Set(2, 0)
				p.Set(5, test.total)
				time.Sleep(test.work)
				p.Stop()
				p.Stop()
				time.Sleep(time.Minute) // nothing is drawn after Stop
				if diff := cmp.Diff(test.want, s.drawn); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// A pipe or a file gets nothing, and callers need not care.
func TestProgressWithoutTerminal(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p := StartProgress(file, "history", 0)
	p.Set(1, 2)
	p.Stop()
	if info, err := file.Stat(); err != nil || info.Size() != 0 || p != nil {
		t.Errorf("progress %v, size %v, error %v; want none of them", p, info.Size(), err)
	}
}

func TestProgressLabelIsHarmless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		p := startProgress(s.draw, wide(80), "a\x1b[2J\nb", 0)
		time.Sleep(1050 * time.Millisecond)
		p.Stop()
		if got := strings.Join(s.drawn, ""); !strings.HasPrefix(got, "\r"+`a\x1b[2J\nb 0, 1.0s`) {
			t.Errorf("got %q", got)
		}
	})
}
