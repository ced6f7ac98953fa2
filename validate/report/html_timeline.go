package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// htmlTimeline shows when backfill flags were on: a bar for each stream, and the
// same as words, for whoever does not see bars.
type htmlTimeline struct {
	From, To     string
	Commits      string
	Ticks        []string // where commits are, in percent
	Streams      []htmlStream
	StreamsMore  int
	Turns        []htmlTurn // newest first
	TurnsMore    int
	FromOf, ToOf string // From and To for machines
}

type htmlStream struct {
	Path   string
	Bars   []htmlBar
	Spells []string // one for each bar
}

// htmlBar is a bar's ends in percent. Starts and Ends are false where it goes on
// beyond what is shown.
type htmlBar struct {
	From, To     string
	Starts, Ends bool
}

type htmlTurn struct {
	Time, Machine, Path, Commit, FullCommit, Subject string
	On                                               bool
}

func (v view) htmlTimeline() *htmlTimeline {
	line := v.raw.Timeline
	if line == nil {
		return nil
	}
	axis := newTimeAxis(line)
	t := &htmlTimeline{
		From: day(axis.from), To: day(axis.to), FromOf: machineTime(axis.from), ToOf: machineTime(axis.to),
		Commits: count(len(line.Commits), "commit", "commits"),
	}
	for _, when := range line.Commits {
		t.Ticks = append(t.Ticks, axis.percent(when))
	}
	t.Ticks = slices.Compact(t.Ticks)
	var turns []stream.Turn
	for _, span := range line.Spans {
		if last := len(t.Streams) - 1; last < 0 || t.Streams[last].Path != v.clean(span.Path) {
			t.Streams = append(t.Streams, htmlStream{Path: v.clean(span.Path)})
		}
		s := &t.Streams[len(t.Streams)-1]
		bar := htmlBar{From: axis.percent(span.On.When), To: axis.percent(line.End), Starts: span.On.Commit != "" && !span.On.When.Before(axis.from)}
		turns = append(turns, span.On)
		if span.Off != nil {
			bar.To, bar.Ends = axis.percent(span.Off.When), true
			turns = append(turns, *span.Off)
		}
		s.Bars, s.Spells = append(s.Bars, bar), append(s.Spells, spell(span, line.End))
	}
	t.Streams, t.StreamsMore = first(t.Streams, htmlList)
	slices.SortStableFunc(turns, func(a, b stream.Turn) int { return cmp.Or(b.When.Compare(a.When), cmp.Compare(a.Path, b.Path)) })
	for _, turn := range turns {
		if turn.Commit != "" {
			t.Turns = append(t.Turns, htmlTurn{
				Time: minute(turn.When), Machine: machineTime(turn.When), Path: v.clean(turn.Path), On: turn.On,
				Commit: shortCommit(turn.Commit), FullCommit: turn.Commit, Subject: v.clean(turn.Subject),
			})
		}
	}
	t.Turns, t.TurnsMore = first(t.Turns, 2*htmlList)
	return t
}

// spell says in words how long a flag was on.
func spell(span stream.Span, now time.Time) string {
	from, until := minute(span.On.When), now
	switch {
	case span.On.When.IsZero():
		from = "an unknown time"
	case span.On.Commit == "":
		from = "before " + from + ", where the history at hand begins"
	}
	text := "On since " + from
	if span.Off != nil {
		text, until = "On from "+from+" to "+minute(span.Off.When), span.Off.When
	}
	return text + age(until.Sub(span.On.When), span)
}

// age is how long that is, in the largest unit of which there are two.
func age(d time.Duration, span stream.Span) string {
	if span.On.When.IsZero() || d < 0 {
		return ""
	}
	least := ""
	if span.On.Commit == "" {
		least = "at least "
	}
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if d >= 2*unit.of {
			return fmt.Sprintf(" (%s%d %s)", least, d/unit.of, unit.name)
		}
	}
	return " (" + strings.TrimSpace(least+count(int(d/time.Second), "second", "seconds")) + ")"
}

// timeAxis maps times to percent of its length.
type timeAxis struct{ from, to time.Time }

// newTimeAxis reaches from the first commit to the end: what lies before is the
// past of the flags that were on already.
func newTimeAxis(line *stream.Timeline) timeAxis {
	axis := timeAxis{line.End, line.End}
	for _, when := range line.Commits {
		if when.Before(axis.from) {
			axis.from = when
		}
	}
	return axis
}

func (a timeAxis) percent(when time.Time) string {
	share := 1.0
	if length := a.to.Sub(a.from); length > 0 {
		share = min(max(float64(when.Sub(a.from))/float64(length), 0), 1)
	}
	// A margin on both sides keeps round ends and marks within the picture.
	return fmt.Sprintf("%.1f%%", 1+98*share)
}

func day(t time.Time) string         { return t.UTC().Format("2006-01-02") }
func minute(t time.Time) string      { return t.UTC().Format("2006-01-02 15:04 UTC") }
func machineTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
