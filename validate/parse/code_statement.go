package parse

import (
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// sqlStatement recognises one statement: https://duckdb.org/docs/stable/sql/statements/attach, …/configuration/secrets_manager,
// …/extensions/overview, https://ducklake.select/docs/stable/duckdb/usage/connecting
func sqlStatement(t []sqlToken) (CodeStatement, bool) {
	if len(t) < 2 {
		return CodeStatement{}, false
	}
	switch {
	case t[0].is("attach"):
		return attachStatement(t[1:])
	case t[0].is("create"):
		return secretStatement(t[1:])
	case t[0].is("force") && t[1].is("install") && len(t) > 2:
		return extensionStatement("install", t[2:])
	case t[0].is("install"):
		return extensionStatement("install", t[1:])
	case t[0].is("load"):
		return extensionStatement("load", t[1:])
	case t[0].is("set"):
		return setStatement(t[1:])
	}
	return CodeStatement{}, false
}

// skipWords drops leading words that are among those given.
func skipWords(t []sqlToken, words ...string) []sqlToken {
	for len(t) > 0 {
		skipped := false
		for _, w := range words {
			if t[0].is(w) {
				t, skipped = t[1:], true
				break
			}
		}
		if !skipped {
			break
		}
	}
	return t
}

func attachStatement(t []sqlToken) (CodeStatement, bool) {
	t = skipWords(t, "or", "replace", "database", "if", "not", "exists")
	if len(t) == 0 || t[0].kind != 's' {
		return CodeStatement{}, false
	}
	s := CodeStatement{What: "attach_ducklake"}
	ducklake := strings.HasPrefix(strings.ToLower(strings.TrimSpace(t[0].text)), "ducklake:")
	for i := 1; i+1 < len(t); i++ {
		switch next := t[i+1]; {
		case t[i].is("as"):
			s.Name = plainName(next.text)
		case t[i].is("data_path"):
			if next.punct("=") && i+2 < len(t) {
				next = t[i+2]
			}
			s.DataPath = dataPath(next.text)
		case t[i].is("type"):
			ducklake = ducklake || strings.EqualFold(next.text, "ducklake")
		}
	}
	return s, ducklake
}

func secretStatement(t []sqlToken) (CodeStatement, bool) {
	t = skipWords(t, "or", "replace", "persistent", "temporary", "temp")
	if len(t) == 0 || !t[0].is("secret") {
		return CodeStatement{}, false
	}
	t = skipWords(t[1:], "if", "not", "exists")
	open := 0
	for open < len(t) && !t[open].punct("(") {
		open++
	}
	if open > 3 || open == len(t) { // at most: name IN storage
		return CodeStatement{}, false
	}
	s := CodeStatement{What: "create_secret"}
	for i := open + 1; i+1 < len(t); i++ {
		if t[i].is("type") && (t[i-1].punct("(") || t[i-1].punct(",")) {
			s.Name = strings.ToLower(plainName(t[i+1].text))
			break
		}
	}
	return s, true
}

// extensionStatement takes `x`, `'x'` and `x FROM repository`; more words are prose.
func extensionStatement(what string, t []sqlToken) (CodeStatement, bool) {
	if t[0].kind == 'p' || len(t) > 1 && !t[1].is("from") {
		return CodeStatement{}, false
	}
	name := strings.ToLower(plainName(t[0].text))
	return CodeStatement{What: what, Name: name}, name != ""
}

func setStatement(t []sqlToken) (CodeStatement, bool) {
	t = skipWords(t, "global", "session", "local")
	if len(t) < 2 || t[0].kind == 'p' || !t[1].punct("=") && !t[1].is("to") {
		return CodeStatement{}, false
	}
	name := strings.ToLower(plainName(t[0].text))
	return CodeStatement{What: "set", Name: name}, name != ""
}

// plainName is "" for a name that is interpolated.
func plainName(text string) string {
	if strings.IndexByte(text, hole) >= 0 {
		return ""
	}
	return text
}

var holes = lazy.Regexp("\x01+")

// dataPath writes `*` for what is interpolated; a path of which the beginning is not known is "".
func dataPath(text string) string {
	if strings.HasPrefix(text, "\x01") {
		return ""
	}
	return holes().ReplaceAllString(text, "*")
}

var extensionCall = lazy.Regexp(`\.(install|load)_extension\(\s*["']([A-Za-z0-9_]+)["']`)

// pythonExtensions finds connection.install_extension("httpfs") and load_extension.
func pythonExtensions(masked []byte, scopes []string, lines Lines) []CodeStatement {
	var found []CodeStatement
	for _, m := range extensionCall().FindAllSubmatchIndex(masked, -1) {
		s := CodeStatement{What: string(masked[m[2]:m[3]]), Name: strings.ToLower(string(masked[m[4]:m[5]]))}
		s.Line, s.Column = lines.place(m[2])
		if s.Line <= len(scopes) {
			s.Scope = scopes[s.Line-1]
		}
		found = append(found, s)
	}
	return found
}
