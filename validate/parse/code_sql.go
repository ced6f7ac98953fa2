package parse

import (
	"bytes"
	"strings"
)

// sqlToken is a word, a 'string', a "quoted name" or one byte of punctuation.
type sqlToken struct {
	kind byte // 'w', 's', 'q' or 'p'
	text string
	at   int
}

func (t sqlToken) is(word string) bool { return t.kind == 'w' && strings.EqualFold(t.text, word) }

func (t sqlToken) punct(c string) bool { return t.kind == 'p' && t.text == c }

// statementsOf finds the DuckDB statements in the strings of code, or in a dbt profile.
func statementsOf(language string, data []byte, text codeText, lines Lines) []CodeStatement {
	if !containsFold(data, "ducklake") && !containsFold(data, "secret") {
		return nil
	}
	if language == "yaml" {
		return dbtStatements(data)
	}
	var scopes []string
	if language == "python" {
		scopes = pythonScopes(text)
	}
	var found []CodeStatement
	for i := 0; i < len(text.literals); {
		start, piece := text.literals[i].start, text.literals[i].text
		offsets := []codeLiteral{{start: start, text: piece}}
		for i++; i < len(text.literals) && text.literals[i].joined; i++ {
			offsets = append(offsets, text.literals[i])
			piece = append(piece[:len(piece):len(piece)], text.literals[i].text...)
		}
		for _, s := range sqlStatements(piece) {
			s.Line, s.Column = lines.place(sourceOffset(offsets, s.Column))
			if s.Line <= len(scopes) {
				s.Scope = scopes[s.Line-1]
			}
			found = append(found, s)
		}
	}
	if language == "python" {
		found = append(found, pythonExtensions(text.masked, scopes, lines)...)
	}
	return found
}

// sourceOffset maps an offset in joined literals to one in the file.
func sourceOffset(pieces []codeLiteral, offset int) int {
	for _, p := range pieces {
		if offset < len(p.text) {
			return p.start + offset
		}
		offset -= len(p.text)
	}
	return pieces[0].start
}

// sqlStatements reads the statements in a text; their Column is the offset of the first word.
func sqlStatements(text []byte) []CodeStatement {
	if !mayBeSQL(text) {
		return nil
	}
	var found []CodeStatement
	tokens := sqlTokens(text)
	for len(tokens) > 0 {
		end := 0
		for end < len(tokens) && !tokens[end].punct(";") {
			end++
		}
		if s, ok := sqlStatement(tokens[:end]); ok {
			s.Column = tokens[0].at
			found = append(found, s)
		}
		tokens = tokens[min(end+1, len(tokens)):]
	}
	return found
}

func mayBeSQL(text []byte) bool {
	for _, word := range []string{"attach", "secret", "install", "load", "set"} {
		if containsFold(text, word) {
			return true
		}
	}
	return false
}

func sqlTokens(text []byte) []sqlToken {
	var tokens []sqlToken
	for i := 0; i < len(text); {
		c := text[i]
		end := i + 1
		switch {
		case c == '-' && i+1 < len(text) && text[i+1] == '-':
			if end = bytes.IndexByte(text[i:], '\n'); end < 0 {
				return tokens
			}
			i += end
			continue
		case c == '/' && i+1 < len(text) && text[i+1] == '*':
			if end = bytes.Index(text[i+2:], []byte("*/")); end < 0 {
				return tokens
			}
			i += end + 4
			continue
		case c == '\'' || c == '"':
			for end < len(text) && (text[end] != c || end+1 < len(text) && text[end+1] == c) {
				if text[end] == c {
					end++
				}
				end++
			}
			kind := byte('s')
			if c == '"' {
				kind = 'q'
			}
			tokens = append(tokens, sqlToken{kind: kind, text: string(text[i+1 : min(end, len(text))]), at: i})
			i = min(end+1, len(text))
			continue
		case isWord(c) || c == hole:
			for end < len(text) && (isWord(text[end]) || text[end] == hole || text[end] == '.') {
				end++
			}
			tokens = append(tokens, sqlToken{kind: 'w', text: string(text[i:end]), at: i})
		case c == '\\' && end < len(text) && (text[end] == 'n' || text[end] == 't' || text[end] == 'r'):
			end++
		case c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\\':
			tokens = append(tokens, sqlToken{kind: 'p', text: string(c), at: i})
		}
		i = end
	}
	return tokens
}
