package report

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/lotus-lake/lotus-gate/validate/report/htmlpage"
)

// way is where each Terraform object stands, and what became of the last revisions.
func (a *htmlAudit) way() g.Node {
	if a == nil || len(a.Pushes) == 0 {
		return nil
	}
	var more g.Node
	if a.PushesMore > 0 {
		more = h.P(h.Class("muted"), g.Textf("… and %d more Terraform objects", a.PushesMore))
	}
	return section("way", "From push to applied", htmlpage.Lines(g.Map(a.Pushes, htmlPush.node)...), more, a.revisions())
}

func (p htmlPush) node() g.Node {
	return h.Div(h.Class("push "+p.Class), htmlpage.Lines(
		h.H3(g.Text("Terraform "+p.Name)),
		h.P(g.Text(p.Says)),
		h.Ol(h.Class("stages"), g.Map(p.Stages, func(s htmlStage) g.Node {
			state := map[string]string{"done": "done", "here": "waiting here", "ahead": "not yet"}[s.State]
			return h.Li(h.Class(s.State), g.Text(s.Name), h.Span(h.Class("unseen"), g.Text(", "+state)),
				g.If(s.When != "", g.Group{h.Br(), h.Time(h.DateTime(s.Machine), h.Class("small"), g.Text(s.When))}))
		})),
	))
}

// revisions are the last commits, the newest first.
func (a *htmlAudit) revisions() g.Node {
	if len(a.Revisions) == 0 {
		return nil
	}
	column := func(text string) g.Node { return h.Th(h.Scope("col"), g.Text(text)) }
	return g.Group{
		h.H3(h.Class("turns"), h.ID("revisions"), g.Text("The last revisions")),
		h.Table(h.Class("revisions"), h.Aria("labelledby", "revisions"), htmlpage.Lines(
			h.THead(h.Tr(column("Time"), column("Commit"), g.Map(a.Pushes, func(p htmlPush) g.Node { return column(p.Name) }))),
			h.TBody(htmlpage.Lines(g.Map(a.Revisions, htmlRevision.row)...)),
		)),
	}
}

func (r htmlRevision) row() g.Node {
	when := muted("not in this checkout")
	if r.When != "" {
		when = h.Time(h.DateTime(r.Machine), g.Text(r.When))
	}
	return h.Tr(h.Td(when), h.Th(h.Scope("row"), h.Code(h.Title(r.FullCommit), g.Text(r.Commit)), g.Text(" "+r.Subject)),
		g.Map(r.Marks, func(m htmlMark) g.Node {
			return h.Td(h.Class("rail "+m.State), g.Text(m.Text))
		}))
}
