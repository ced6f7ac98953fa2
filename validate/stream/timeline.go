package stream

import (
	"cmp"
	"slices"
	"time"
)

// Turn is a commit that turned a stream's backfill flag on or off.
type Turn struct {
	Path    string // of the stream's file
	On      bool
	Commit  string // "" when it is not at hand: history begins later
	Subject string
	When    time.Time // of the oldest commit at hand when Commit is ""
}

// Span is an unbroken time in which a flag was on.
type Span struct {
	Path string
	On   Turn
	Off  *Turn // nil while it is on
}

// Timeline is what became of the backfill flags along the first parents of a
// commit.
type Timeline struct {
	Commits []time.Time // of each commit, oldest first
	End     time.Time   // until when it reaches
	Spans   []Span      // by path, oldest first
}

// Spans pairs what turned flags on with what turned them off. Turns are oldest
// first; a flag that was on before the first of them has a turn of its own, from
// wherever it was turned on.
func Spans(turns []Turn) []Span {
	var spans []Span
	open := map[string]int{}
	for _, turn := range turns {
		at, on := open[turn.Path]
		switch {
		case turn.On && !on:
			open[turn.Path] = len(spans)
			spans = append(spans, Span{Path: turn.Path, On: turn})
		case !turn.On && on:
			delete(open, turn.Path)
			spans[at].Off = &turn
		}
	}
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Compare(a.Path, b.Path) })
	return spans
}
