package report

import (
	"fmt"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/lotus-lake/lotus-gate/validate/report/htmlpage"
)

// truths is the graph of what there is, and the same as a table.
func (a *htmlAudit) truths() g.Node {
	if a == nil || len(a.Apart)+len(a.Agreed) == 0 {
		return nil
	}
	var apart, agreed g.Node
	all := " on which all agree"
	switch {
	case len(a.Apart) > 0:
		apart = resourceTable("What there is something to say of", a.Apart, a.ApartMore)
	case a.Compared:
		apart = h.P(g.Text("Everything that was compared agrees."))
	default:
		apart = h.P(g.Text("Nothing was compared: there is but one of the three."))
	}
	if !a.Compared {
		all = ", compared with nothing"
	}
	if len(a.Agreed) > 0 {
		agreed = h.Details(h.Class("agreed"), g.If(len(a.Apart) == 0 && len(a.Agreed) <= graphNodes, g.Attr("open")),
			h.Summary(g.Text(count(len(a.Agreed)+a.AgreedMore, "resource", "resources")+all)),
			resourceTable("What there is nothing to say of", a.Agreed, a.AgreedMore))
	}
	return section("truths", "Git, state, Airbyte", a.Graph.figure(), apart, agreed)
}

func resourceTable(caption string, rows []htmlResource, more int) g.Node {
	column := func(text string) g.Node { return h.Th(h.Scope("col"), g.Text(text)) }
	return g.Group{
		h.Table(h.Class("truths"), htmlpage.Lines(
			h.Caption(g.Text(caption)),
			h.THead(h.Tr(column("Resource"), column("git"), column("state"), column("Airbyte"), column("Says"))),
			h.TBody(htmlpage.Lines(g.Map(rows, htmlResource.row)...)),
		)),
		g.If(more > 0, h.P(h.Class("muted"), g.Textf("… and %d more; ", more), h.Code(g.Text("--format resources")), g.Text(" lists them all."))),
	}
}

func (r htmlResource) row() g.Node {
	cell := func(i int, text string) g.Node {
		switch {
		case text != "" && i == 0:
			return h.Td(breakable(text))
		case text != "":
			return h.Td(g.Text(text))
		case r.Held[i] == Absent:
			return h.Td(h.Strong(h.Class("absent"), g.Text("missing")))
		}
		return h.Td(muted("not compared"))
	}
	name := h.Th(h.Scope("row"), g.Text(r.Name))
	if r.Title != "" && r.Title != r.Name {
		name = h.Th(h.Scope("row"), g.Text(r.Title), h.Br(), muted(r.Name))
	}
	return h.Tr(h.Class(r.Class), name, cell(0, r.Git), cell(1, r.State), cell(2, r.Airbyte), h.Td(r.said()))
}

// said links the findings.
func (r htmlResource) said() g.Node {
	if len(r.Said) == 0 {
		return g.Text(r.says())
	}
	var list g.Group
	for i, s := range r.Said {
		if i > 0 {
			list = append(list, g.Text(", "))
		}
		if s.Link == "" {
			list = append(list, g.Text(s.Word))
			continue
		}
		list = append(list, h.A(h.Href("#"+s.Link), g.Text(s.Word)))
	}
	return list
}

// figure is for the eye alone: the table beside it says the same.
func (graph *htmlGraph) figure() g.Node {
	if graph == nil {
		return nil
	}
	var content g.Group
	for _, e := range graph.Edges {
		class := "flow"
		if e.Gone {
			class = "flow gone"
		}
		content = append(content, stroke(class, across(e.Column, nodeWidth), across(e.Column+1, 0), e.From+1, e.To+1))
	}
	for _, n := range graph.Nodes {
		content = append(content, n.node())
	}
	left := ""
	if graph.Left > 0 {
		left = fmt.Sprintf(" %d more are in the table alone.", graph.Left)
	}
	return h.Figure(h.Class("graph"),
		h.Div(h.Class("columns"), h.Aria("hidden", "true"), h.Span(g.Text("Sources")), h.Span(g.Text("Connections")), h.Span(g.Text("Destinations"))),
		h.SVG(h.Aria("hidden", "true"), g.Attr("focusable", "false"), g.Attr("width", "100%"), g.Attr("height", strconv.Itoa(graph.Height)), htmlpage.Lines(content...)),
		h.FigCaption(h.Class("muted small"), g.Text("From where to where data goes. The three fields of each box are git, state and Airbyte: "),
			field(Present), g.Text(" has it, "), field(Absent), g.Text(" does not, "), field(Unread), g.Text(" was not compared."+left+" The table says the same.")),
	)
}

// nodeWidth is that of a column of the graph in percent; the space between two
// takes what is left.
const nodeWidth = 29.0

func across(column int, more float64) string {
	return strconv.FormatFloat(float64(column)*(100-nodeWidth)/2+more, 'f', -1, 64) + "%"
}

func (n htmlNode) node() g.Node {
	fields := h.Span(h.Class("fields"), field(n.Held[0]), field(n.Held[1]), field(n.Held[2]))
	class := "node " + n.Class
	if n.Gone {
		class += " gone"
	}
	return g.El("foreignObject", g.Attr("x", across(n.Column, 0)), g.Attr("y", strconv.Itoa(n.Y+1)), g.Attr("width", across(0, nodeWidth)), g.Attr("height", strconv.Itoa(graphHeight)),
		h.Div(h.Class(class), h.Span(h.Class("label"), g.Text(n.Label)), h.Span(h.Class("says"), fields, g.Text(n.says()))))
}

func field(held Held) g.Node {
	return h.Span(h.Class("field "+[]string{"unread", "no", "yes"}[held]), h.Aria("hidden", "true"))
}
