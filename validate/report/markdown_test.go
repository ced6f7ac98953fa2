package report

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	nethtml "golang.org/x/net/html"

	"github.com/lotus-lake/lotus-gate/policy"
)

// rendered is a comment as a forge renders it that lets every HTML through, which
// is less careful than any of them.
func rendered(markdown string) (*nethtml.Node, error) {
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := md.Convert([]byte(markdown), &b); err != nil {
		return nil, err
	}
	return nethtml.Parse(&b)
}

// markdownElements are all that a comment is made of.
var markdownElements = strings.Fields("html head body h3 h4 p strong code pre a details summary ul li")

// meaningful is what forges look for in text: mentions, references to issues,
// merge requests, labels, milestones and commits, addresses, emoji, formulas.
var meaningful = regexp.MustCompile(`[@#~$%^&*\[\]<>|\\_=+{}]|[!:/]\S|://|www\.|(?i)\bgh-\d|\b[0-9a-f]{7,}\b`)

// checkMarkdown holds a comment to what writeMarkdown promises.
func checkMarkdown(t testing.TB, got string) {
	t.Helper()
	if err := checkComment(got, Report{}); err != nil {
		t.Error(err)
	}
}

func checkComment(got string, _ Report) error {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !strings.HasPrefix(got, markdownMarker+"\n### ") {
		say("begins with %.40q", got)
	}
	if len(got) >= 65_536 { // in bytes; GitHub and Gitea count characters
		say("%d bytes", len(got))
	}
	comments := 0
	var walk func(n *nethtml.Node, inCode bool)
	walk = func(n *nethtml.Node, inCode bool) {
		switch {
		case n.Type == nethtml.TextNode && !inCode && meaningful.MatchString(n.Data):
			say("text that may mean something: %q", n.Data)
		case n.Type == nethtml.ElementNode && !slices.Contains(markdownElements, n.Data):
			say("element %s", n.Data)
		case n.Type == nethtml.CommentNode:
			comments++
		}
		for _, a := range n.Attr {
			language := n.Data == "code" && (a.Val == "language-text" || a.Val == "language-sh")
			page := n.Data == "a" && a.Key == "href" && strings.HasPrefix(a.Val, "https://github.com/lotus-lake/lotus-gate/blob/main/docs/rules/")
			if !language && !page {
				say("attribute %s=%q of %s", a.Key, a.Val, n.Data)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inCode || n.Data == "code" || n.Data == "pre")
		}
	}
	root, err := rendered(got)
	if err != nil {
		return err
	}
	walk(root, false)
	if comments != 1 {
		say("%d HTML comments, want the marker alone", comments)
	}
	if wrong != nil {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}

// textOf is all text below a node, with single spaces.
func textOf(n *nethtml.Node) string {
	if n.Type == nethtml.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return b.String()
}

// forgery is what a file name or a message may try.
var forgery = []string{
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</details></code>", "<!-- lotus-gate -->", "-->", "&lt;b&gt;", "&#64;all",
	"@everyone", "a@b.example", "foo#12", "#12", "!34", "group/project!5", "GH-12", "~bug", "%v1", "$12", "^alert#1", "&3", "*iteration:1",
	"/close", "/assign @me", "1. one", "- x", "+ x", "* x", "# x", "> x", "===", "---", "```", "`", "``x``", "```\n<b>", "~~~", "    x",
	"[a](https://x.example)", "![a](https://x.example/i.png)", "[a]: https://x.example", "<https://x.example>", "https://x.example", "www.x.example",
	"**bold**", "_it_", "~~s~~", "a|b", "|-|", ":tada:", "$x^2$", "[^1]", "[ ] task", "\\", "`\\`", "4f2a9c1d8e70", "::error::x", "{{x}}", "a\u202eb",
	"x`y`<b>z</b>`", "`a``b`", "`<b>` <b>", "(`git push` `rm -rf /`)", "term\n: definition",
}

func TestProseIsHarmless(t *testing.T) {
	for _, text := range forgery {
		for _, format := range []string{"%s", "a %s b", "%s%[1]s", "(%s)", "`%s`", "%s.", "x%s"} {
			sentence := Visible(fmt.Sprintf(format, text))
			comment := markdownMarker + "\n### x\n\n" + prose(sentence) + "\n\n- " + prose(sentence) + "\n"
			checkMarkdown(t, comment)
			want := strings.Join(strings.Fields(strings.ReplaceAll(sentence, "`", "")), "")
			root, err := rendered(prose(sentence))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(strings.Fields(strings.ReplaceAll(textOf(root), "`", "")), ""); got != want {
				t.Errorf("%q is shown as %q", sentence, got)
			}
		}
	}
}

func TestProse(t *testing.T) {
	tests := []struct{ text, want string }{
		{"a name, and (another) one.", "a name, and (another) one."},
		{"maps/new.yaml must not be committed: it holds state v4 (serial 12, terraform 1.5.7)", "`maps/new.yaml` must not be committed: it holds state v4 (serial 12, terraform `1.5.7`)"},
		{"run `gate catalog --write` (or `x`), then go", "run `gate catalog --write` (or `x`), then go"},
		{"two-part words don't change, größe 漢字", "two-part words don't change, größe 漢字"},
		{"set \"backfill\" to false", "set \"backfill\" to false"},
		{"1. is no list", "`1.` is no list"},
		{"", ""},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, prose(test.text)); diff != "" {
			t.Error(diff)
		}
	}
}

// Whatever the repository holds, wherever it is shown.
func TestMarkdownForgery(t *testing.T) {
	for _, text := range forgery {
		r := nasty()
		r.Findings, r.NotInspected, r.Undecided = nil, nil, []string{text, text}
		docs := strings.TrimPrefix(text, "https:") // else it is the link that the rule's author wants
		for i := range 8 {
			r.Findings = append(r.Findings, policy.Finding{
				Rule: text, Severity: policy.Error, Message: text, Remedy: text + ":\n" + text + "\n\n`git add " + text + "`", Path: text, Line: i, Column: 1, Commit: text,
				Ticket: text, Docs: docs, Existing: i > 5,
			})
			r.NotInspected = append(r.NotInspected, NotInspected{text, text, text})
		}
		checkMarkdown(t, write(t, "markdown", r, Options{}))
	}
}

// However much there is, a comment fits, and says what it left out.
func TestMarkdownFits(t *testing.T) {
	left := regexp.MustCompile(`and (\d+) more findings?\.`)
	for _, many := range []int{0, 1, 3, 4, 50, 3000} {
		for _, long := range []int{10, 300, 5000, 70_000} {
			if many*long > 1_000_000 {
				continue
			}
			r := refused()
			r.Findings, r.NotInspected, r.Undecided = nil, nil, nil
			for i := range many {
				r.Findings = append(r.Findings, policy.Finding{
					Rule: fmt.Sprintf("a/rule%d", i%7), Severity: policy.Error, Message: strings.Repeat("word ", long/5), Path: fmt.Sprintf("file%d", i), Line: 1,
				})
				r.NotInspected = append(r.NotInspected, NotInspected{Path: fmt.Sprint(i), Reason: strings.Repeat("x", long)})
				r.Undecided = append(r.Undecided, strings.Repeat("y", long))
			}
			got := write(t, "markdown", r, Options{})
			checkMarkdown(t, got)
			// Each finding has its place in the comment, or is among those that are counted.
			shown, missing := strings.Count(got, "\n**`file"), 0
			for _, m := range left.FindAllStringSubmatch(got, -1) {
				var n int
				if _, err := fmt.Sscan(m[1], &n); err != nil {
					t.Fatal(err)
				}
				missing += n
			}
			if shown+missing != many {
				t.Errorf("%d findings of %d bytes: %d are shown and %d left out", many, long, shown, missing)
			}
		}
	}
}

// The same verdict is the same comment, whatever time it took.
func TestMarkdownIsSteady(t *testing.T) {
	slow := refused()
	slow.Summary.Duration *= 7
	if diff := cmp.Diff(write(t, "markdown", refused(), Options{}), write(t, "markdown", slow, Options{Color: true, Width: 40, Limit: 1})); diff != "" {
		t.Error(diff)
	}
}
