package report

import (
	"net/url"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// codeBlock shows text as it stands, whatever is in it.
func codeBlock(language, text string) string {
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	return fence + language + "\n" + text + "\n" + fence + "\n"
}

// code is a code span: neither Markdown nor what a forge looks for in text
// (mentions, references, addresses, emoji) means anything in it.
func code(text string) string {
	if text == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || text[0] == ' ' && text[len(text)-1] == ' ' {
		text = " " + text + " "
	}
	return ticks + text + ticks
}

// longestRun is the length of the longest run of backticks.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// prose writes a sentence. Only words of letters, digits and inner hyphens stand
// as they are, with the punctuation around them; every other word, and so
// everything that could mean something to a renderer, becomes a code span.
func prose(text string) string {
	var b strings.Builder
	put := func(piece string) {
		if strings.HasSuffix(b.String(), "`") && strings.HasPrefix(piece, "`") {
			b.WriteByte(' ') // or the two code spans would become one
		}
		b.WriteString(piece)
	}
	for _, span := range spans(text) {
		if span.code {
			put(code(span.text))
			continue
		}
		for i, word := range blanks().Split(span.text, -1) {
			if i > 0 && b.Len() > 0 {
				b.WriteByte(' ')
			}
			if b.Len() == 0 && listItem().MatchString(word) {
				put(code(word))
				continue
			}
			put(plainWord(word))
		}
	}
	return strings.TrimSpace(b.String())
}

var (
	blanks   = lazy.Regexp(`\s+`)
	listItem = lazy.Regexp(`^\d+[.)]$`) // at the beginning of a line
	plain    = lazy.Regexp(`^[\pL\pN][\pL\pM\pN]*(-[\pL\pM\pN]+|['’]\pL+)*$`)
	// reference is a word that forges make a link of: a commit, GH-7.
	reference = lazy.Regexp(`(?i)^[0-9a-f]{7,}$|gh-\d`)
)

func plainWord(word string) string {
	core := strings.TrimLeft(word, `("'`)
	before := word[:len(word)-len(core)]
	core = strings.TrimSuffix(core, ":")
	core = strings.TrimRight(core, `.,;!?)"'`)
	after := word[len(before)+len(core):]
	if core != "" && (!plain().MatchString(core) || reference().MatchString(core)) {
		core = code(core)
	}
	return before + core + after
}

// link writes a link to a page of the web, and anything else as code.
func link(text, address string) string {
	web := webAddress(address)
	if web == "" {
		return code(address)
	}
	return "[" + text + "](<" + web + ">)"
}

// webAddress is an address that may be linked, with everything escaped that is
// not plain in it; "" for anything else.
func webAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E", `\`, "%5C", "`", "%60", " ", "%20").Replace(u.String())
}
