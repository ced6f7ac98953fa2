package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// htmlElements are all that a page is made of: none of them loads anything.
var htmlElements = strings.Fields(`html head meta title style body a header div p h1 h2 h3 h4 h5 nav ul li main section form label input
	fieldset legend datalist option article span pre code mark details summary table caption thead tbody tr th td time svg line br wbr footer script
	figure figcaption foreignObject ol strong`)

// allowedAttributes hold no address, style or script, but for href.
var allowedAttributes = strings.Fields(`lang charset http-equiv content name class href id aria-label aria-labelledby aria-describedby aria-hidden
	tabindex role hidden for type list autocomplete spellcheck value checked data-group data-count data-item data-severity title scope datetime
	focusable x1 x2 y1 y2 x y width height open`)

// checkHTML holds a page to what is asked of every page: nothing from elsewhere,
// and the structure that keyboards and screen readers go by.
func checkHTML(got string, _ Report) error {
	root, err := html.Parse(strings.NewReader(got))
	if err != nil {
		return err
	}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	ids, refs, labelled, count := map[string]bool{}, []string{}, map[string]bool{}, map[string]int{}
	level, landmarks := 0, map[string]int{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		if !slices.Contains(htmlElements, n.Data) {
			say("element %s", n.Data)
		}
		for _, a := range n.Attr {
			switch {
			case !slices.Contains(allowedAttributes, a.Key):
				say("attribute %s of %s", a.Key, n.Data)
			case a.Key == "id" && (ids[a.Val] || a.Val == ""):
				say("id %q twice or empty", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
				refs = append(refs, a.Val[1:])
			case a.Key == "href" && !strings.HasPrefix(a.Val, "https://"):
				say("link to %q", a.Val)
			case slices.Contains([]string{"aria-labelledby", "aria-describedby", "for", "list"}, a.Key):
				refs = append(refs, a.Val)
			}
		}
		switch n.Data {
		case "h1", "h2", "h3", "h4", "h5":
			if next := int(n.Data[1] - '0'); next > level+1 {
				say("heading %s %q after level %d", n.Data, textOf(n), level)
			} else {
				level = next
			}
			if strings.TrimSpace(textOf(n)) == "" {
				say("empty heading")
			}
		case "label":
			labelled[value(n, "for")] = true
		case "input":
			if id := value(n, "id"); n.Parent.Data != "label" && !labelled[id] {
				say("input %q without a label", id)
			}
		case "a":
			if strings.TrimSpace(textOf(n)) == "" {
				say("link without text")
			}
		case "svg":
			if value(n, "aria-hidden") != "true" {
				say("a picture that is not told")
			}
		case "th":
			if value(n, "scope") == "" {
				say("header cell without a scope")
			}
		case "section", "nav":
			if value(n, "aria-labelledby")+value(n, "aria-label") == "" {
				say("%s without a name", n.Data)
			}
		case "header", "footer":
			if n.Parent.Data == "body" {
				landmarks[n.Data]++
			}
		}
	}
	for _, ref := range refs {
		if !ids[ref] {
			say("nothing has the id %q", ref)
		}
	}
	if diff := cmp.Diff(map[string]int{"header": 1, "footer": 1}, landmarks); diff != "" || count["main"] != 1 || count["h1"] != 1 || count["title"] != 1 {
		say("landmarks: %v, %v", landmarks, count)
	}
	if wrong != nil {
		return fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return nil
}

func value(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func at(date string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", date)
	if err != nil {
		panic(err)
	}
	return t
}

// flagged has a flag of every kind: set and reset, left on, on before the first
// commit, on since nobody knows when.
func flagged() Report {
	turn := func(path, when string, on bool, commit, subject string) stream.Turn {
		return stream.Turn{Path: path, When: at(when), On: on, Commit: commit, Subject: subject}
	}
	r := passed()
	r.Judged = "origin/main..HEAD"
	r.Timeline = &stream.Timeline{
		Commits: []time.Time{at("2026-05-20 08:00"), at("2026-05-20 08:00"), at("2026-05-24 08:00"), at("2026-05-30 08:00")},
		End:     at("2026-06-01 12:00"),
		Spans: stream.Spans([]stream.Turn{
			turn("streams/shopify/orders.json", "2026-03-01 00:00", true, commitA, "before <all> of it"),
			turn("streams/shopify/old.json", "2026-05-20 08:00", true, "", ""),
			turn("streams/klaviyo/events.json", "2026-05-20 08:00", true, commitB, "Backfill events\x1b"),
			turn("streams/klaviyo/events.json", "2026-05-20 08:00", false, commitB, "Off at once"),
			turn("streams/shopify/orders.json", "2026-05-24 08:00", false, commitB, "Done"),
			turn("streams/klaviyo/events.json", "2026-05-30 08:00", true, commitA, "Once more"),
		}),
	}
	return r
}

func TestTimeline(t *testing.T) {
	want := &htmlTimeline{
		From: "2026-05-20", To: "2026-06-01", FromOf: "2026-05-20T08:00:00Z", ToOf: "2026-06-01T12:00:00Z", Commits: "4 commits",
		Ticks: []string{"1.0%", "33.2%", "81.5%"},
		Streams: []htmlStream{
			{"streams/klaviyo/events.json", []htmlBar{{"1.0%", "1.0%", true, true}, {"81.5%", "99.0%", true, false}}, []string{
				"On from 2026-05-20 08:00 UTC to 2026-05-20 08:00 UTC (0 seconds)", "On since 2026-05-30 08:00 UTC (2 days)",
			}},
			{"streams/shopify/old.json", []htmlBar{{"1.0%", "99.0%", false, false}}, []string{
				"On since before 2026-05-20 08:00 UTC, where the history at hand begins (at least 12 days)",
			}},
			{"streams/shopify/orders.json", []htmlBar{{"1.0%", "33.2%", false, true}}, []string{
				"On from 2026-03-01 00:00 UTC to 2026-05-24 08:00 UTC (84 days)",
			}},
		},
		Turns: []htmlTurn{
			{"2026-05-30 08:00 UTC", "2026-05-30T08:00:00Z", "streams/klaviyo/events.json", commitA[:12], commitA, "Once more", true},
			{"2026-05-24 08:00 UTC", "2026-05-24T08:00:00Z", "streams/shopify/orders.json", commitB[:12], commitB, "Done", false},
			{"2026-05-20 08:00 UTC", "2026-05-20T08:00:00Z", "streams/klaviyo/events.json", commitB[:12], commitB, `Backfill events\x1b`, true},
			{"2026-05-20 08:00 UTC", "2026-05-20T08:00:00Z", "streams/klaviyo/events.json", commitB[:12], commitB, "Off at once", false},
			{"2026-03-01 00:00 UTC", "2026-03-01T00:00:00Z", "streams/shopify/orders.json", commitA[:12], commitA, "before <all> of it", true},
		},
	}
	if diff := cmp.Diff(want, newView(flagged(), Visible).htmlTimeline()); diff != "" {
		t.Error(diff)
	}
	for name, r := range map[string]Report{
		"flags": flagged(), "no flags": {Timeline: &stream.Timeline{}}, "one instant": {Timeline: &stream.Timeline{
			End: at("2026-06-01 12:00"), Commits: []time.Time{at("2026-06-01 12:00")},
			Spans: stream.Spans([]stream.Turn{{Path: "a\xff", On: true}}),
		}},
	} {
		if err := checkHTML(write(t, "html", r, Options{}), r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Thousands of findings make a page that is bounded, and says what it left out.
func TestHTMLIsBounded(t *testing.T) {
	r := refused()
	r.Findings = nil
	for i := range 12_000 {
		r.Findings = append(r.Findings, policy.Finding{
			Rule: fmt.Sprintf("a/rule%d", i%40), Severity: policy.Error, Message: "is wrong", Path: fmt.Sprintf("dir/file%d", i/3), Line: i + 1,
		})
		r.NotInspected = append(r.NotInspected, NotInspected{Path: fmt.Sprint(i), Reason: "x"})
		r.Undecided = append(r.Undecided, fmt.Sprint(i))
	}
	got := write(t, "html", r, Options{})
	if err := checkHTML(got, r); err != nil {
		t.Error(err)
	}
	if n := strings.Count(got, "<article "); n != htmlFindings || len(got) > 6<<20 {
		t.Errorf("%d findings, %d bytes", n, len(got))
	}
	for _, want := range []string{"2000 findings are on this page, and 10000 more were found", "… and 11500 more", "… and 11502 more"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not there", want)
		}
	}
}

// The frame marks what the finding points at.
func TestHTMLRow(t *testing.T) {
	tests := []struct {
		text string
		mark int
		want htmlRow
	}{
		{`"backfill": true`, 0, htmlRow{Marked: `"backfill"`, After: ": true"}},
		{"größe = airbyte_source.x.id # y", 8, htmlRow{Before: "größe = ", Marked: "airbyte_source.x.id", After: " # y"}},
		{"a = ‹hidden›", 4, htmlRow{Before: "a = ", Marked: "‹hidden›"}},
		{"a(b", 1, htmlRow{Before: "a", Marked: "(", After: "b"}},
		{"abc", -1, htmlRow{Before: "abc"}},
		{"abc", 3, htmlRow{Before: "abc"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, htmlRowOf(frameRow{Text: test.text, Mark: test.mark})); diff != "" {
			t.Errorf("%s: %s", test.text, diff)
		}
	}
}

// What commands and messages hold is text on the page, whatever it says.
func TestHTMLForgery(t *testing.T) {
	for _, text := range forgery {
		r := nasty()
		r.Judged, r.Version = text, text
		r.Findings = []policy.Finding{{Rule: text, Severity: policy.Error, Message: text, Remedy: "paste:\n" + text, Path: text, Line: 1, Column: 1, Commit: text, Ticket: text, Docs: text}}
		got := write(t, "html", r, Options{})
		if err := checkHTML(got, r); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		root, err := html.Parse(strings.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Data == "article" && !strings.Contains(textOf(n), Visible(text)) {
				t.Errorf("%q is not in %q", text, textOf(n))
			}
		}
	}
	for _, address := range []string{"javascript:alert(1)", "data:text/html,x", "//x.example", "file:///etc/passwd", "/x", "https:x"} {
		r := Report{Findings: []policy.Finding{{Rule: "a/b", Severity: policy.Error, Docs: address}}}
		for _, format := range []string{"html", "markdown"} {
			if got := write(t, format, r, Options{}); regexp.MustCompile(`href="[^#h]|\]\(`).MatchString(got) {
				t.Errorf("%s: link to %s", format, address)
			}
		}
	}
}
