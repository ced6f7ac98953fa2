package report

import (
	"cmp"
	"slices"
)

// Measures of the graph in pixels; across it is measured in percent, so that it is
// as wide as the page.
const (
	graphNodes  = 30 // in a column
	graphRow    = 64
	graphHeight = 52 // of a node
)

// graphColumns are the kinds from left to right.
var graphColumns = [3]string{"source", "connection", "destination"}

// htmlGraph shows which source goes through which connection to which destination.
type htmlGraph struct {
	Height int
	Nodes  []htmlNode
	Edges  []htmlEdge
	Left   int // resources that are not in it
}

// htmlNode is a thing in a column of the graph.
type htmlNode struct {
	htmlResource
	Column, Y int
	Gone      bool // a connection names it, and nobody has it
	rows      []int
}

// htmlEdge goes from a column to the next.
type htmlEdge struct {
	Column, From, To int // the left column; heights in pixels
	Gone             bool
}

// newHTMLGraph chooses what is drawn, the worst first, and places it: connections by
// their ends, and ends beside the middle of their connections. nil: there is nothing
// to draw.
func newHTMLGraph(all []htmlResource) *htmlGraph {
	columns := [3][]htmlResource{}
	for _, r := range all {
		if at := slices.Index(graphColumns[:], r.Kind); at >= 0 {
			columns[at] = append(columns[at], r)
		}
	}
	total := len(columns[0]) + len(columns[1]) + len(columns[2])
	if total == 0 {
		return nil
	}
	worst := func(a, b htmlResource) int { return cmp.Compare(a.worse(), b.worse()) }
	for i := range columns {
		slices.SortStableFunc(columns[i], worst)
	}
	connections, _ := first(columns[1], graphNodes)
	slices.SortStableFunc(connections, func(a, b htmlResource) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Destination, b.Destination))
	})
	g := &htmlGraph{}
	left, right := newEnds(0, columns[0]), newEnds(2, columns[2])
	for i, c := range connections {
		g.Nodes = append(g.Nodes, htmlNode{htmlResource: c, Column: 1, Y: i * graphRow})
		left.join(c.Source, i)
		right.join(c.Destination, i)
	}
	for _, side := range []*graphEnds{left, right} {
		side.fill()
		side.place()
		for _, n := range side.nodes {
			g.Nodes = append(g.Nodes, *n)
			for _, row := range n.rows {
				edge := htmlEdge{Column: 1, From: row*graphRow + graphHeight/2, To: n.Y + graphHeight/2, Gone: n.Gone}
				if n.Column == 0 {
					edge.Column, edge.From, edge.To = 0, edge.To, edge.From
				}
				g.Edges = append(g.Edges, edge)
			}
		}
	}
	g.Left = total
	for _, n := range g.Nodes {
		g.Height = max(g.Height, n.Y+graphHeight)
		if !n.Gone {
			g.Left--
		}
	}
	g.Height += 2 // for the strokes
	return g
}

// graphEnds are the sources or the destinations of a graph.
type graphEnds struct {
	column int
	all    []htmlResource // the worst first
	nodes  []*htmlNode
	byID   map[string]*htmlNode
}

func newEnds(column int, all []htmlResource) *graphEnds {
	return &graphEnds{column: column, all: all, byID: map[string]*htmlNode{}}
}

// join draws an edge to the one that has an id.
func (e *graphEnds) join(id string, row int) {
	if id == "" {
		return
	}
	n := e.byID[id]
	if n == nil {
		n = &htmlNode{htmlResource: htmlResource{Resource: Resource{ID: id, Held: [3]Held{Absent, Absent, Absent}}, Label: id, Class: "error"}, Column: e.column, Gone: true}
		if at := slices.IndexFunc(e.all, func(r htmlResource) bool { return r.ID == id }); at >= 0 {
			n.htmlResource, n.Gone = e.all[at], false
		}
		e.byID[id] = n
		e.nodes = append(e.nodes, n)
	}
	n.rows = append(n.rows, row)
}

// fill adds what no connection uses, while there is room.
func (e *graphEnds) fill() {
	for _, r := range e.all {
		if len(e.nodes) < graphNodes && (r.ID == "" || e.byID[r.ID] == nil) {
			e.nodes = append(e.nodes, &htmlNode{htmlResource: r, Column: e.column})
		}
	}
}

// place puts each beside the middle of its connections, and those without any below.
func (e *graphEnds) place() {
	middle := func(n *htmlNode) int {
		if len(n.rows) == 0 {
			return 1 << 30
		}
		sum := 0
		for _, row := range n.rows {
			sum += row * graphRow
		}
		return sum / len(n.rows)
	}
	slices.SortStableFunc(e.nodes, func(a, b *htmlNode) int { return cmp.Compare(middle(a), middle(b)) })
	next := 0
	for _, n := range e.nodes {
		if n.Y = next; len(n.rows) > 0 {
			n.Y = max(next, middle(n))
		}
		next = n.Y + graphRow
	}
}
