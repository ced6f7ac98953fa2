package report

import (
	"fmt"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/lotus-lake/lotus-gate/validate/report/htmlpage"
)

// timeline shows bars for the eye, and says the same in words and in a table.
func (r htmlReport) timeline() g.Node {
	t := r.Timeline
	if t == nil {
		return nil
	}
	if len(t.Streams) == 0 {
		return section("timeline", "Backfill flags", h.P(g.Textf("No flag was on, along the first parents of %s.", t.Commits)))
	}
	column := func(text string) g.Node { return h.Th(h.Scope("col"), g.Text(text)) }
	when := func(machine, text string) g.Node { return h.Time(h.DateTime(machine), g.Text(text)) }
	var more g.Node
	if t.StreamsMore > 0 {
		more = h.P(h.Class("muted"), g.Textf("… and %d more streams", t.StreamsMore))
	}
	var older g.Node
	if t.TurnsMore > 0 {
		older = h.P(h.Class("muted"), g.Textf("… and %d older ones", t.TurnsMore))
	}
	return section("timeline", "Backfill flags",
		h.Table(h.Class("timeline"), htmlpage.Lines(
			h.Caption(g.Textf("When the flags were on, along the first parents of %s. A stroke under the dates is a commit; a thick line is a flag that was on.", t.Commits)),
			h.THead(h.Tr(column("Stream"), h.Th(h.Scope("col"),
				h.Span(h.Class("axis"), when(t.FromOf, t.From), g.Text(" "), when(t.ToOf, t.To)),
				picture(g.Map(t.Ticks, func(x string) g.Node { return stroke("tick", x, x, 6, 18) })),
			))),
			h.TBody(htmlpage.Lines(g.Map(t.Streams, htmlStream.node)...)),
		)),
		more,
		h.H3(h.Class("turns"), h.ID("turns"), g.Text("Commits that turned a flag")),
		h.Table(h.Aria("labelledby", "turns"), htmlpage.Lines(
			h.THead(h.Tr(column("Time"), column("Flag"), column("Stream and commit"))),
			h.TBody(htmlpage.Lines(g.Map(t.Turns, func(turn htmlTurn) g.Node {
				flag := "off"
				if turn.On {
					flag = "on"
				}
				return h.Tr(h.Td(when(turn.Machine, turn.Time)), h.Td(h.Class("flag"), g.Text(flag)),
					h.Td(breakable(turn.Path), h.Br(), h.Code(h.Title(turn.FullCommit), g.Text(turn.Commit)), g.Text(" "+turn.Subject)))
			})...)),
		)),
		older,
	)
}

func (s htmlStream) node() g.Node {
	bars := g.Group{stroke("track", "1%", "99%", 12, 12)}
	for _, bar := range s.Bars {
		bars = append(bars, stroke("on", bar.From, bar.To, 12, 12),
			g.If(bar.Starts, stroke("edge", bar.From, bar.From, 2, 22)), g.If(bar.Ends, stroke("edge", bar.To, bar.To, 2, 22)))
	}
	return h.Tr(h.Th(h.Scope("row"), breakable(s.Path)), h.Td(picture(bars),
		g.Map(s.Spells, func(text string) g.Node { return h.P(h.Class("small"), g.Text(text)) })))
}

// breakable is a path that goes on a new line after a slash rather than anywhere.
func breakable(path string) g.Node {
	var parts g.Group
	for part := range strings.SplitAfterSeq(path, "/") {
		if len(parts) > 0 {
			parts = append(parts, h.Wbr())
		}
		parts = append(parts, g.Text(part))
	}
	return parts
}

// picture is for the eye alone: beside it stands what it shows.
func picture(content g.Node) g.Node {
	return h.SVG(h.Aria("hidden", "true"), g.Attr("focusable", "false"), content)
}

func stroke(class, x1, x2 string, y1, y2 int) g.Node {
	return g.El("line", h.Class(class), g.Attr("x1", x1), g.Attr("x2", x2), g.Attr("y1", fmt.Sprint(y1)), g.Attr("y2", fmt.Sprint(y2)))
}
