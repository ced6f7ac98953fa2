package parse

import (
	"bytes"
	"path"
	"sort"
	"strings"
)

// Code is what a file of code says about DuckDB, the environment and names; positions are 1-based, columns in bytes.
type Code struct {
	Language   string // javascript, typescript, python, sql, yaml or shell
	Statements []CodeStatement
	Fallbacks  []CodeFallback
	Names      []CodeName
}

// CodeStatement is a DuckDB statement, or what amounts to one in a dbt profile. What is attach_ducklake (Name is the
// alias), create_secret (its TYPE), install, load (the extension) or set (the setting), names in lower case but for
// aliases. DataPath is that of an attachment, "" when it is not written out; interpolations in it are `*`. Scope groups
// the statements of one connection: a Python function, an output of a dbt profile, else "".
type CodeStatement struct {
	What, Name, DataPath, Scope string
	Line, Column                int
}

// CodeFallback is a look-up of an environment variable that has a literal to fall back to. The literal is not given.
type CodeFallback struct {
	Variable     string
	Empty        bool
	Call         string // env_var, process.env, os.environ.get, os.getenv, os.environ.setdefault or ${…}
	Line, Column int
}

// CodeName is the first use of a name that was asked for, outside comments and prose.
type CodeName struct {
	Name         string
	Line, Column int
}

// MaxCodeBytes is above all code that people write; what is larger is generated or minified, and not read.
const MaxCodeBytes = 8 << 20

// CodeLanguage names the language of a file by its name, or "".
func CodeLanguage(file string) string {
	base := path.Base(file)
	switch strings.ToLower(path.Ext(base)) {
	case ".js", ".mjs", ".cjs", ".jsx":
		return "javascript"
	case ".ts", ".mts", ".cts", ".tsx":
		return "typescript"
	case ".py":
		return "python"
	case ".sql":
		return "sql"
	case ".yml", ".yaml":
		return "yaml"
	case ".sh", ".bash", ".zsh", ".ksh", ".env", ".envrc":
		return "shell"
	}
	if strings.HasPrefix(base, ".env") {
		return "shell"
	}
	return ""
}

// CodeRelevant is false for files of which ParseCode would surely find nothing. names are as for ParseCode.
func CodeRelevant(file string, data []byte, names []string) bool {
	language := CodeLanguage(file)
	if language == "" {
		return false
	}
	for _, glob := range names {
		if containsFold(data, longestLiteral(glob)) {
			return true
		}
	}
	if containsFold(data, "ducklake") || containsFold(data, "secret") && containsFold(data, "create") {
		return true
	}
	switch language {
	case "javascript", "typescript":
		return bytes.Contains(data, []byte("process.env")) || bytes.Contains(data, []byte("import.meta.env"))
	case "python":
		return bytes.Contains(data, []byte("environ")) || bytes.Contains(data, []byte("getenv")) || bytes.Contains(data, []byte("env_var"))
	}
	return bytes.Contains(data, []byte("env_var")) || bytes.Contains(data, []byte("${"))
}

// ParseCode reads a file of code. names are globs (`*` and `?`, case ignored) of the names to look for. It returns nil
// when the language is unknown, the file is larger than 8 MiB or nothing is found.
func ParseCode(file string, data []byte, names []string) *Code {
	language := CodeLanguage(file)
	if language == "" || len(data) > MaxCodeBytes {
		return nil
	}
	text := lexCode(language, data)
	lines := LinesOf(data)
	code := &Code{Language: language}
	code.Statements = statementsOf(language, data, text, lines)
	code.Fallbacks = fallbacksOf(language, text.masked, lines)
	code.Names = namesOf(language, text, names, lines)
	sort.SliceStable(code.Statements, func(i, j int) bool {
		a, b := code.Statements[i], code.Statements[j]
		return Position{a.Line, a.Column}.Before(Position{b.Line, b.Column})
	})
	if len(code.Statements)+len(code.Fallbacks)+len(code.Names) == 0 {
		return nil
	}
	return code
}

// containsFold tells whether data holds a lower-case ASCII word in any case.
func containsFold(data []byte, word string) bool {
	if len(word) == 0 {
		return true
	}
	for _, first := range [2]byte{word[0], word[0] ^ 0x20} {
		if first == word[0]^0x20 && (word[0] < 'a' || word[0] > 'z') {
			break
		}
		for rest := data; ; {
			i := bytes.IndexByte(rest, first)
			if i < 0 || len(rest)-i < len(word) {
				break
			}
			if equalFold(rest[i:i+len(word)], word) {
				return true
			}
			rest = rest[i+1:]
		}
	}
	return false
}

func equalFold(data []byte, word string) bool {
	for i := range data {
		c := data[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
