// Package htmlpage is what every HTML page of the gate has in common: one file
// that needs no network, reads without scripts and runs no script but its own.
package htmlpage

import (
	"crypto/sha256"
	_ "embed" // style and script
	"encoding/base64"
	"fmt"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Style is the style sheet of all pages; its custom properties are the palette.
//
//go:embed page.css
var Style string

// Script copies commands and filters findings. Pages are whole without it.
//
//go:embed page.js
var Script string

// Policy is the content security policy: nothing but Style and Script, told by
// their hashes, and no address of any kind.
func Policy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hash(Style), hash(Script))
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Page is a whole page. Its body should be a header, a main with the id "main"
// and a footer.
func Page(title string, body ...g.Node) g.Node {
	meta := func(name, content string) g.Node { return h.Meta(h.Name(name), h.Content(content)) }
	return g.Group{h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(g.Attr("http-equiv", "Content-Security-Policy"), h.Content(Policy())),
			meta("viewport", "width=device-width, initial-scale=1"),
			meta("color-scheme", "light dark"),
			meta("referrer", "no-referrer"),
			meta("robots", "noindex"),
			h.TitleEl(g.Text(title)),
			h.StyleEl(g.Raw(Style)),
		),
		Lines(h.Body(
			h.A(h.Class("skip"), h.Href("#main"), g.Text("Skip to the content")),
			Lines(body...),
			h.Script(g.Raw(Script)),
		)),
	)), g.Text("\n")}
}

// Lines puts each node on a line of its own, for whoever reads the source.
func Lines(nodes ...g.Node) g.Node {
	var lines g.Group
	for _, node := range nodes {
		if node != nil {
			lines = append(lines, g.Text("\n"), node)
		}
	}
	return lines
}
