package parse

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// commandKeys are the keys of CI systems whose values are commands; the value tells whether a list of strings is the
// words of one command.
var commandKeys = map[string]bool{
	"run": false, "script": false, "before_script": false, "after_script": false, "commands": false, "cmds": false, "cmd": false, "bash": false,
	"sh": false, "pwsh": false, "inlinescript": false, "command": true, "args": true, "entrypoint": true,
}

// pipelineLines finds the commands in the YAML of a CI system. What is no YAML is read line by line, so that nothing is missed.
func pipelineLines(data []byte) []ScriptLine {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	p := &pipelineReader{lines: bytes.Split(data, []byte("\n"))}
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		switch {
		case errors.Is(err, io.EOF):
			return p.found
		case err != nil:
			lines := LinesOf(data)
			return commandLines(data, lines.place)
		}
		for _, n := range document.Content {
			p.visit(n, 0)
		}
	}
}

type pipelineReader struct {
	lines [][]byte
	found []ScriptLine
}

// visit looks at every mapping, not following aliases: their targets are visited where they stand.
func (p *pipelineReader) visit(n *yaml.Node, depth int) {
	if depth > maxYAMLDepth {
		return
	}
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if words, ok := commandKeys[strings.ToLower(key.Value)]; ok && (value.Kind == yaml.ScalarNode || value.Kind == yaml.SequenceNode) {
				p.commands(value, words, depth)
				continue
			}
			p.visit(value, depth+1)
		}
		return
	}
	for _, child := range n.Content {
		p.visit(child, depth+1)
	}
}

// commands reads the value of a command key.
func (p *pipelineReader) commands(value *yaml.Node, words bool, depth int) {
	if value.Kind == yaml.ScalarNode {
		p.scalar(value)
		return
	}
	if joined, ok := oneCommand(value); words && ok {
		line, column := place(value, p.lines)
		p.found = append(p.found, commandLines([]byte(joined), func(int) (int, int) { return line, column })...)
		return
	}
	for _, item := range value.Content {
		switch {
		case item.Kind == yaml.ScalarNode:
			p.scalar(item)
		case item.Kind == yaml.SequenceNode && depth < maxYAMLDepth: // GitLab flattens lists in lists
			p.commands(item, words, depth+1)
		default:
			p.visit(item, depth+1)
		}
	}
}

// oneCommand joins a list of words; a list with a whole shell line at its end is that line.
func oneCommand(list *yaml.Node) (string, bool) {
	var all []string
	for i, item := range list.Content {
		if item.Kind != yaml.ScalarNode || strings.ContainsAny(item.Value, "\n") || strings.Contains(item.Value, " ") && i+1 < len(list.Content) {
			return "", false
		}
		all = append(all, item.Value)
	}
	return strings.Join(all, " "), true
}

// scalar reads the lines of one value. In a literal block the lines of the value are those of the file.
func (p *pipelineReader) scalar(n *yaml.Node) {
	line, column := place(n, p.lines)
	starts := LinesOf([]byte(n.Value))
	p.found = append(p.found, commandLines([]byte(n.Value), func(offset int) (int, int) {
		inside, _ := starts.place(offset)
		switch {
		case n.Style&yaml.LiteralStyle != 0:
			return p.indented(line + inside)
		case n.Style&yaml.FoldedStyle != 0:
			for at := line + 1; at <= len(p.lines); at++ {
				if tools().Match(p.lines[at-1]) {
					return p.indented(at)
				}
			}
		}
		return line, column
	})...)
}

// indented is the position of the first word of a line of the file.
func (p *pipelineReader) indented(line int) (int, int) {
	line = min(line, len(p.lines))
	text := p.lines[line-1]
	return line, len(text) - len(bytes.TrimLeft(text, " \t")) + 1
}
