package parse

import (
	"bytes"
	"regexp"
	"sort"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// look is a way to read the environment with a literal to fall back to. In its expression, group 1 is the variable and
// group 2 the literal with its quotes; nothing matches it without the word.
type look struct {
	call, word string
	expression func() *regexp.Regexp
}

const (
	plainQuotes = `('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`
	quotedName  = `\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["']\s*`
)

var (
	scriptEnvironment = `(?:process\.env|import\.meta\.env)\??(?:\.([A-Za-z_]\w*)|(?:\.)?\[\s*["']([A-Za-z_]\w*)["']\s*\])`
	scriptLiteral     = "('(?:[^'\\\\\\n]|\\\\.)*'|\"(?:[^\"\\\\\\n]|\\\\.)*\"|`[^`$]*`|\\d[\\w.]*|true\\b|false\\b)"

	scriptOr      = lazy.Regexp(scriptEnvironment + `\s*(?:\|\||\?\?)\s*` + scriptLiteral)
	scriptTernary = lazy.Regexp(scriptEnvironment + `\s*\?\s*process\.env[\w.\[\]"']*\s*:\s*` + scriptLiteral)
	scriptPattern = lazy.Regexp(`\{([^{}]*)\}\s*=\s*process\.env\b`)
	scriptDefault = lazy.Regexp(`([A-Za-z_]\w*)\s*(?::\s*\w+\s*)?=\s*` + scriptLiteral)

	pythonLooks = []look{
		{"os.environ.get", "environ.get", lazy.Regexp(`\benviron\.get` + quotedName + `,\s*(?:default\s*=\s*)?[rbuRBU]?` + plainQuotes + `\s*,?\s*\)`)},
		{"os.environ.get", "environ.get", lazy.Regexp(`\benviron\.get` + quotedName + `\)\s*or\s+[rbuRBU]?` + plainQuotes)},
		{"os.environ.setdefault", "environ.setdefault", lazy.Regexp(`\benviron\.setdefault` + quotedName + `,\s*[rbuRBU]?` + plainQuotes + `\s*,?\s*\)`)},
		{"os.getenv", "getenv", lazy.Regexp(`\bgetenv` + quotedName + `,\s*(?:default\s*=\s*)?[rbuRBU]?` + plainQuotes + `\s*,?\s*\)`)},
		{"os.getenv", "getenv", lazy.Regexp(`\bgetenv` + quotedName + `\)\s*or\s+[rbuRBU]?` + plainQuotes)},
	}
	jinjaLook = look{"env_var", "env_var", lazy.Regexp(`\benv_var` + quotedName + `,\s*(?:default\s*=\s*)?` + plainQuotes + `\s*,?\s*\)`)}
	shellLook = look{"${…}", "${", lazy.Regexp("\\$\\{([A-Za-z_][A-Za-z0-9_]*):?[-=]([^}$`{]*)\\}")}
	jinja     = lazy.Regexp(`\{\{.*?\}\}`)
)

// fallbacksOf finds look-ups in code without comments, in file order.
func fallbacksOf(language string, masked []byte, lines Lines) []CodeFallback {
	type found struct {
		at int
		CodeFallback
	}
	var all []found
	add := func(call string, start int, variable, literal []byte) {
		f := found{at: start, CodeFallback: CodeFallback{Variable: string(variable), Empty: emptyLiteral(literal), Call: call}}
		f.Line, f.Column = lines.place(start)
		all = append(all, f)
	}
	run := func(l look) {
		if !bytes.Contains(masked, []byte(l.word)) {
			return
		}
		for _, m := range l.expression().FindAllSubmatchIndex(masked, -1) {
			add(l.call, m[0], masked[m[2]:m[3]], masked[m[4]:m[5]])
		}
	}
	switch language {
	case "javascript", "typescript":
		if !bytes.Contains(masked, []byte("process.env")) && !bytes.Contains(masked, []byte("import.meta.env")) {
			break
		}
		for _, e := range []*regexp.Regexp{scriptOr(), scriptTernary()} {
			for _, m := range e.FindAllSubmatchIndex(masked, -1) {
				name := m[2:4]
				if name[0] < 0 {
					name = m[4:6]
				}
				add("process.env", m[0], masked[name[0]:name[1]], masked[m[6]:m[7]])
			}
		}
		for _, m := range scriptPattern().FindAllSubmatchIndex(masked, -1) {
			for _, d := range scriptDefault().FindAllSubmatchIndex(masked[m[2]:m[3]], -1) {
				add("process.env", m[2]+d[0], masked[m[2]+d[2]:m[2]+d[3]], masked[m[2]+d[4]:m[2]+d[5]])
			}
		}
	case "python":
		for _, l := range pythonLooks {
			run(l)
		}
		run(jinjaLook)
	case "sql":
		run(jinjaLook)
	case "yaml":
		run(jinjaLook)
		run(shellLook)
	case "shell":
		run(shellLook)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	fallbacks := make([]CodeFallback, 0, len(all))
	for _, f := range all {
		fallbacks = append(fallbacks, f.CodeFallback)
	}
	return fallbacks
}

// emptyLiteral tells whether a literal, quotes included, stands for no text.
func emptyLiteral(literal []byte) bool {
	switch string(literal) {
	case "", `''`, `""`, "``":
		return true
	}
	return false
}
