package config

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// lines is a text that is edited by lines, without touching the others.
type lines struct {
	all     []string // each with its end
	newline string   // as the text has it
}

func newLines(data []byte) lines {
	t := lines{newline: "\n"}
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		t.newline = "\r\n"
	}
	for line := range strings.Lines(string(data)) {
		t.all = append(t.all, line)
	}
	return t
}

// insert puts text before the line with an index.
func (t lines) insert(at int, text string) []byte {
	var out strings.Builder
	for _, line := range t.all[:at] {
		out.WriteString(line)
	}
	if at > 0 && !strings.HasSuffix(t.all[at-1], "\n") {
		out.WriteString(t.newline)
	}
	out.WriteString(strings.ReplaceAll(text, "\n", t.newline))
	for _, line := range t.all[at:] {
		out.WriteString(line)
	}
	return []byte(out.String())
}

// end is the index of the line after the document: the number of lines, or where
// a marker ends it.
func (t lines) end() int {
	for i, line := range t.all {
		if strings.TrimRight(line, " \r\n") == "..." {
			return i
		}
	}
	return len(t.all)
}

// endOfItem is the index of the line after an item of a list in block style, whose
// first line has a number and whose dash is indented by some spaces. Comments and
// blank lines after it are not its own.
func (t lines) endOfItem(line, indent int) int {
	end := line
	for i := line; i < len(t.all); i++ {
		text := strings.TrimLeft(strings.TrimRight(t.all[i], " \r\n"), " ")
		switch {
		case text == "":
		case len(t.all[i])-len(strings.TrimLeft(t.all[i], " ")) <= indent:
			return end
		default:
			end = i + 1
		}
	}
	return end
}

// replaceEmpty gives a key whose value is nothing, or an empty list on its line, the
// items of a list.
func (t lines) replaceEmpty(key, value *yaml.Node, items string) ([]byte, error) {
	line := t.all[key.Line-1]
	if value.Line == key.Line && value.Column > key.Column {
		at := columnOf(line, value.Column)
		rest := strings.TrimPrefix(line[at:], value.Value)
		if value.Kind == yaml.SequenceNode {
			_, after, ok := strings.Cut(line[at:], "]")
			if !ok || strings.Trim(line[at:len(line)-len(after)], "[] ") != "" {
				return nil, errors.New("its empty list is on several lines")
			}
			rest = after
		}
		t.all[key.Line-1] = strings.TrimRight(line[:at], " ") + rest
	}
	return t.insert(key.Line, items), nil
}

// insertInFlow puts text at the end of a map or list in flow style.
func (t lines) insertInFlow(node *yaml.Node, item string) ([]byte, error) {
	text := strings.Join(t.all, "")
	start := columnOf(t.all[node.Line-1], node.Column)
	for _, line := range t.all[:node.Line-1] {
		start += len(line)
	}
	last, ok := flowEnd(text[start:])
	if !ok {
		return nil, errors.New("its end cannot be found")
	}
	separator := ", "
	switch text[start+last] {
	case ',':
		separator = " "
	case '[', '{':
		separator = ""
	}
	at := start + last + 1
	return []byte(text[:at] + separator + item + text[at:]), nil
}

// flowEnd finds, before the bracket that closes the one that a text begins with,
// the last byte that is neither space nor comment.
func flowEnd(text string) (last int, ok bool) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			continue
		case c == '#' && strings.IndexByte(" \t\n", text[i-1]) >= 0:
			comment := strings.IndexByte(text[i:], '\n')
			if comment < 0 {
				return 0, false
			}
			i += comment
			continue
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return last, true
			}
		case (c == '"' || c == '\'') && strings.IndexByte("[{,:", text[last]) >= 0:
			n := quoted(text[i:])
			if n == 0 {
				return 0, false
			}
			i += n - 1
		}
		last = i
	}
	return 0, false
}

// quoted is the length of the quoted text that a text begins with; 0 when it does
// not end.
func quoted(text string) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return 0
}

// columnOf is the byte at which a column of the YAML library begins, which counts
// characters.
func columnOf(line string, column int) int {
	at := 0
	for ; column > 1 && at < len(line); column-- {
		_, size := utf8.DecodeRuneInString(line[at:])
		at += size
	}
	return at
}
