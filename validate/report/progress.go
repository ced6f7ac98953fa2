package report

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// Progress is a bar on a terminal for work that takes longer than a second. It
// clears itself. A nil *Progress shows nothing, so that callers need not ask.
type Progress struct {
	draw  func(string)
	width func() int
	label string
	begun time.Time

	done    atomic.Int64
	total   atomic.Int64
	stop    chan struct{}
	stopped sync.WaitGroup
	once    sync.Once
}

const (
	progressDelay = time.Second
	progressTick  = 100 * time.Millisecond
)

// StartProgress shows how much of total is done; 0 means unknown. It returns
// nil when the file is not a terminal. The caller calls Stop, always before it
// writes anything else to that terminal.
func StartProgress(file *os.File, label string, total int) *Progress {
	fd := int(file.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	width := func() int {
		if columns, _, err := term.GetSize(fd); err == nil && columns > 0 {
			return columns
		}
		return 80
	}
	// A bar that cannot be drawn is no reason to fail the work.
	return startProgress(func(s string) { _, _ = file.WriteString(s) }, width, label, total)
}

func startProgress(draw func(string), width func() int, label string, total int) *Progress {
	p := &Progress{draw: draw, width: width, label: Visible(label), begun: time.Now(), stop: make(chan struct{})}
	p.Set(0, total)
	p.stopped.Go(p.run)
	return p
}

// Set says how much is done, and of how much; a total of 0 is unknown. It is
// cheap, and safe for concurrent use.
func (p *Progress) Set(done, total int) {
	if p != nil {
		p.done.Store(int64(max(done, 0)))
		p.total.Store(int64(total))
	}
}

// Stop clears the bar, if it was ever shown, and returns when nothing more will
// be drawn. Further calls do nothing.
func (p *Progress) Stop() {
	if p != nil {
		p.once.Do(func() { close(p.stop) })
		p.stopped.Wait()
	}
}

func (p *Progress) run() {
	select {
	case <-p.stop:
		return
	case <-time.After(progressDelay):
	}
	ticker := time.NewTicker(progressTick)
	defer ticker.Stop()
	defer p.draw("\r\x1b[K")
	for {
		p.draw("\r" + p.line() + "\x1b[K")
		select {
		case <-p.stop:
			return
		case <-ticker.C:
		}
	}
}

// line is at most one column narrower than the terminal, so that it never wraps.
func (p *Progress) line() string {
	done := p.done.Load()
	took := elapsed(time.Since(p.begun).Truncate(progressTick))
	text := fmt.Sprintf("%s %d, %s", p.label, done, took)
	if total := p.total.Load(); total > 0 {
		done = min(done, total)
		const cells = 24
		full := int(cells * done / total)
		bar := strings.Repeat("#", full) + strings.Repeat("-", cells-full)
		text = fmt.Sprintf("%s [%s] %d%% of %d, %s", p.label, bar, 100*done/total, total, took)
	}
	runes := []rune(text)
	return string(runes[:min(len(runes), max(p.width()-1, 0))])
}
