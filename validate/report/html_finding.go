package report

import (
	"cmp"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/lotus-lake/lotus-gate/validate/report/htmlpage"
)

// node is a rule: why it matters, where, and what to do.
func (r htmlGroup) node() g.Node {
	var folded, fix, docs g.Node
	if len(r.Folded) > 0 {
		folded = h.Details(h.Class("more"), h.Summary(g.Text(r.FoldedCount)), htmlpage.Lines(g.Map(r.Folded, htmlFinding.node)...))
	}
	if len(r.Remedy) > 0 {
		fix = g.Group{h.H4(g.Text("Fix")), htmlRemedy(r.Remedy)}
	}
	if r.Docs != "" {
		docs = g.Group{g.Text(" · "), h.A(h.Href(r.Docs), g.Text("why, and examples"))}
	}
	return h.Div(h.Class("rule"), h.Data("group", r.Rule+" "+r.Title), h.Data("count", ""), htmlpage.Lines(
		h.Header(
			h.H3(h.Span(h.Class("badge "+r.Severity), g.Text(r.Severity)), g.Text(" "), h.Span(g.Text(cmp.Or(r.Title, r.Rule))), g.Text(" "), muted(r.Count)),
			g.If(len(r.Why) > 0, htmlProse(r.Why)),
		),
		htmlpage.Lines(g.Map(r.Open, htmlFinding.node)...),
		folded,
		h.Div(h.Class("remedy"), fix, h.P(h.Class("muted small"), g.Text("Rule "), h.Code(g.Text(r.Rule)), g.If(r.Stage != "", g.Text(" · "+r.Stage)), g.If(r.Ticket != "", g.Text(" · "+r.Ticket)), docs)),
	))
}

func (f htmlFinding) commit() g.Node {
	if f.Commit == "" {
		return nil
	}
	return h.Span(h.Class("muted small"), g.Text(" in commit "), h.Code(h.Title(f.FullCommit), g.Text(f.Commit)))
}

func (f htmlFinding) node() g.Node {
	var frame, fix g.Node
	if len(f.Frame) > 0 {
		frame = h.Pre(h.Class("frame"), h.Code(g.Map(f.Frame, htmlRow.node)))
	}
	if len(f.Remedy) > 0 {
		fix = h.Div(h.Class("remedy"), h.H5(g.Text("Fix")), htmlRemedy(f.Remedy))
	}
	return h.Article(h.Class("finding"), h.ID(f.ID), h.Data("item", f.Place+" "+f.Message), h.Data("severity", f.Severity), htmlpage.Lines(
		h.H4(h.A(h.Href("#"+f.ID), breakable(f.Place)), f.commit()),
		h.P(g.Text(f.Message)),
		frame,
		fix,
	))
}

// node is a line of a file. What is found is told by a sign, too, and not by
// colour alone.
func (row htmlRow) node() g.Node {
	class, sign := "row", ""
	if row.Found {
		class, sign = "row found", "> "
	}
	return h.Span(h.Class(class),
		h.Span(h.Class("n"), g.Text(sign+strconv.Itoa(row.Number))),
		h.Span(h.Class("l"), g.Text(row.Before), g.If(row.Marked != "", h.Mark(g.Text(row.Marked))), g.Text(row.After)),
		g.Text("\n"),
	)
}

func htmlRemedy(steps []htmlStep) g.Node {
	return htmlpage.Lines(g.Map(steps, func(s htmlStep) g.Node {
		if s.Paste != "" {
			return h.Div(h.Class("commands"), h.Pre(h.Code(g.Text(s.Paste))))
		}
		return htmlProse(s.Spans)
	})...)
}

// htmlProse is a paragraph with code in it.
func htmlProse(spans []htmlSpan) g.Node {
	return h.P(g.Map(spans, func(s htmlSpan) g.Node {
		if s.Code {
			return h.Code(g.Text(s.Text))
		}
		return g.Text(s.Text)
	}))
}
