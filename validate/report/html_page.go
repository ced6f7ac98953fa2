package report

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/lotus-lake/lotus-gate/validate/report/htmlpage"
)

// page lays a report out. Text is escaped where it is put in; an address comes
// from webAddress or is an id of this page.
func (r htmlReport) page() g.Node {
	return htmlpage.Page(r.Word+": "+r.Tally+" - lotus-gate",
		h.Header(htmlpage.Lines(
			h.Div(h.Class("verdict "+r.Class),
				h.P(h.Class("brand"), g.Text("lotus-gate"), g.If(r.Judged != "", g.Text(": "+r.Judged))),
				h.H1(g.Text(r.Word)),
				h.P(g.Text(r.Tally)),
			),
			r.contents(),
		)),
		h.Main(h.ID("main"), h.TabIndex("-1"), htmlpage.Lines(
			h.P(h.ID("say"), h.Class("unseen"), h.Role("status")),
			r.undecided(),
			r.Audit.way(),
			r.Audit.truths(),
			r.byRule(),
			r.byFile(),
			r.aside(),
			r.notInspected(),
			r.timeline(),
		)),
		h.Footer(h.P(g.Textf("lotus-gate%s, exit code %d, %s. This page needs no network, and no script to be read.", spaced(r.Version), r.ExitCode, r.Duration))),
	)
}

func (r htmlReport) contents() g.Node {
	entry := func(there bool, id, text string) g.Node {
		return g.If(there, h.Li(h.A(h.Href("#"+id), g.Text(text))))
	}
	return h.Nav(h.Aria("label", "On this page"), h.Ul(
		entry(len(r.Undecided) > 0, "undecided", "Could not be decided"),
		entry(r.Audit.way() != nil, "way", "From push to applied"),
		entry(r.Audit.truths() != nil, "truths", "Git, state, Airbyte"),
		entry(len(r.Files) == 0, "findings", "Findings"),
		entry(len(r.Files) > 0, "findings", "Findings by rule"),
		entry(len(r.Files) > 0, "files", "Findings by file"),
		entry(len(r.Aside) > 0, "aside", "Not counted"),
		entry(len(r.NotInspected) > 0, "not-inspected", "Not inspected"),
		entry(r.Timeline != nil, "timeline", "Backfill flags"),
	))
}

// spaced puts a space before a word, if there is one.
func spaced(word string) string {
	if word == "" {
		return ""
	}
	return " " + word
}

// section is a part of the page that has a name.
func section(id, title string, content ...g.Node) g.Node {
	return h.Section(h.Aria("labelledby", id), htmlpage.Lines(h.H2(h.ID(id), g.Text(title)), htmlpage.Lines(content...)))
}

func muted(text string) g.Node { return h.Span(h.Class("muted small"), g.Text(text)) }

// andMore counts what is not shown.
func andMore(n int) g.Node {
	if n == 0 {
		return nil
	}
	return h.Li(g.Textf("… and %d more", n))
}

func (r htmlReport) undecided() g.Node {
	if len(r.Undecided) == 0 {
		return nil
	}
	return section("undecided", "Could not be decided",
		h.P(g.Text("There is no verdict on this, so it is not let through.")),
		h.Ul(h.Class("list"), g.Map(r.Undecided, func(text string) g.Node { return h.Li(g.Text(text)) }), andMore(r.UndecidedMore)),
	)
}

func (r htmlReport) byRule() g.Node {
	if len(r.Groups) == 0 {
		return section("findings", "Findings", h.P(g.Text("None that counts.")))
	}
	var more g.Node
	if r.More > 0 {
		more = h.P(h.Class("muted"), g.Textf("%d findings are on this page, and %d more were found; ", r.Shown, r.More), h.Code(g.Text("--format json")), g.Text(" lists them all."))
	}
	return section("findings", "Findings by rule", r.filter(), more, htmlpage.Lines(g.Map(r.Groups, htmlGroup.node)...))
}

// filter is shown by the script alone, which makes it work.
func (r htmlReport) filter() g.Node {
	severity := func(name string) g.Node {
		return h.Label(h.Input(h.Type("checkbox"), h.Value(name), h.Checked()), g.Text(" "+name))
	}
	return h.Form(h.ID("filter"), h.Class("filter"), h.Role("search"), h.Aria("label", "Filter the findings"), g.Attr("hidden"),
		h.Div(h.Class("search"),
			h.Label(h.For("words"), g.Text("Filter")),
			h.Input(h.Type("search"), h.ID("words"), g.Attr("list", "suggestions"), h.AutoComplete("off"), g.Attr("spellcheck", "false"), h.Aria("describedby", "shown")),
		),
		h.FieldSet(h.Legend(g.Text("Severity")), severity("error"), severity("warning"), severity("info")),
		h.DataList(h.ID("suggestions"), g.Map(r.Suggestions, func(text string) g.Node { return h.Option(h.Value(text)) })),
		h.P(h.ID("shown"), h.Role("status")),
	)
}

func (r htmlReport) byFile() g.Node {
	if len(r.Files) == 0 {
		return nil
	}
	return section("files", "Findings by file", g.Map(r.Files, func(file htmlFile) g.Node {
		return h.Details(h.Data("group", file.Path),
			h.Summary(h.Code(breakable(file.Path)), g.Text(" "), muted(file.Count)),
			h.Ul(g.Map(file.Findings, func(f htmlFinding) g.Node {
				return h.Li(h.Data("item", f.Place+" "+f.Rule+" "+f.Message), h.Data("severity", f.Severity),
					h.A(h.Href("#"+f.ID), g.Text(f.Place)), g.Text(": "+f.Message+" "), muted(f.Severity+", "+f.Rule))
			})),
		)
	})...)
}

func (r htmlReport) aside() g.Node {
	if len(r.Aside) == 0 {
		return nil
	}
	return section("aside", "Not counted",
		h.P(g.Text("These were there before the change (existing), a waiver covers them (waived), or their rule is only tried (dry-run).")),
		h.Ul(h.Class("list"), g.Map(r.Aside, func(f htmlFinding) g.Node {
			return h.Li(g.Text(f.Status+": "), h.Code(g.Text(f.Place)), f.commit(), h.Br(), g.Text(f.Message+" "), muted(f.Severity+", "+f.Rule))
		}), andMore(r.AsideMore)),
	)
}

func (r htmlReport) notInspected() g.Node {
	if len(r.NotInspected) == 0 {
		return nil
	}
	return section("not-inspected", "Not inspected",
		h.P(g.Text("Nobody looked into these.")),
		h.Ul(h.Class("list"), g.Map(r.NotInspected, func(f htmlFinding) g.Node {
			return h.Li(h.Code(g.Text(f.Place)), f.commit(), h.Br(), g.Text(f.Message))
		}), andMore(r.NotInspectedMore)),
	)
}
