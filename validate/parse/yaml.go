package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/validate/lazy"
)

// ErrTemplate means that a file is no YAML but a template that makes YAML (`{{ … }}`).
var ErrTemplate = errors.New("a Go template, not YAML")

// maxYAMLBytes is far above the largest bundles of custom resource definitions.
const maxYAMLBytes = 16 << 20

// Manifest is one Kubernetes object of a YAML or JSON file.
type Manifest struct {
	Object    map[string]any // as Kubernetes reads it: string, bool, json.Number, nil, []any, map[string]any
	Encrypted bool           // SOPS encrypted everything that its settings, and a Secret's data, ask for
	Line      int            // of the object's first key, from 1
	Column    int            // in bytes, from 1
	node      *yaml.Node
	lines     [][]byte
}

// MayHoldManifests is false for files that surely hold no Kubernetes object.
func MayHoldManifests(data []byte) bool {
	return bytes.Contains(narrow(data), []byte("apiVersion"))
}

// Manifests reads a YAML stream or a JSON file and returns its Kubernetes objects, those inside Lists included; what is
// no Kubernetes object is left out. An error is a *SyntaxError or wraps ErrTemplate; the objects before it are returned.
func Manifests(data []byte) ([]Manifest, error) {
	if !MayHoldManifests(data) {
		return nil, nil
	}
	if len(data) > maxYAMLBytes {
		return nil, &SyntaxError{Line: 1, Column: 1, Message: fmt.Sprintf("file is larger than %d MiB: not inspected", maxYAMLBytes>>20)}
	}
	data = narrow(data)
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	lines := bytes.Split(data, []byte("\n"))
	var found []Manifest
	for {
		var document yaml.Node
		switch err := decoder.Decode(&document); {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return found, templateOr(data, yamlSyntaxError(err, len(bytes.Split(bytes.TrimSpace(data), []byte("\n")))))
		case len(document.Content) == 0:
			continue
		}
		c := converter{lines: lines}
		value, err := c.value(document.Content[0], 0)
		if err != nil {
			return found, templateOr(data, err)
		}
		found = appendManifests(found, document.Content[0], value, lines)
	}
}

func templateOr(data []byte, err error) error {
	if bytes.Contains(data, []byte("{{")) {
		return fmt.Errorf("%w: %w", ErrTemplate, err)
	}
	return err
}

var yamlErrorLine = lazy.Regexp(`^(?:yaml: )?(?:line (\d+): )?(?s:(.*))$`)

// unfinished are the messages of the library's parser, as opposed to its scanner.
var unfinished = lazy.Regexp(`^did not find expected (<|node content|key|'-' indicator|',' or)`)

// yamlSyntaxError takes the line out of the text of the library's error. last is
// the last line of the file.
func yamlSyntaxError(err error, last int) *SyntaxError {
	parts := yamlErrorLine().FindStringSubmatch(err.Error())
	line, numberErr := strconv.Atoi(parts[1])
	if numberErr != nil || line < 1 {
		line = 1
	} else if unfinished().MatchString(parts[2]) {
		line = min(line+1, last) // the library counts these from 0
	}
	return &SyntaxError{Line: line, Column: 1, Message: strings.TrimSpace(strings.ReplaceAll(parts[2], "\n", " "))}
}

// appendManifests adds the object, or the objects of the list, that a document is.
func appendManifests(found []Manifest, node *yaml.Node, value any, lines [][]byte) []Manifest {
	object, ok := value.(map[string]any)
	if !ok {
		return found
	}
	kind, _ := object["kind"].(string)
	version, _ := object["apiVersion"].(string)
	if kind == "" || version == "" {
		return found
	}
	if items, isList := object["items"].([]any); isList && strings.HasSuffix(kind, "List") {
		_, list := member(node, "items")
		list = target(list)
		for i, item := range items {
			found = appendManifests(found, list.Content[i], item, lines)
		}
		return found
	}
	m := Manifest{Object: object, Encrypted: sopsEncrypted(object), node: node, lines: lines}
	m.Line, m.Column = place(node, lines)
	return append(found, m)
}

// Find returns the line and the column in bytes, both from 1, of the key or list item that field leads to: names of
// keys and numbers of items from the object's root. Of a path that is not there, its longest beginning counts.
func (m *Manifest) Find(field []string) (line, column int) {
	node := m.node
	line, column = m.Line, m.Column
	for _, name := range field {
		node = target(node)
		switch node.Kind {
		case yaml.MappingNode:
			key, value := member(node, name)
			if key == nil {
				return line, column
			}
			line, column = place(key, m.lines)
			node = value
		case yaml.SequenceNode:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(node.Content) {
				return line, column
			}
			node = node.Content[i]
			line, column = place(node, m.lines)
		default:
			return line, column
		}
	}
	return line, column
}

// place turns the library's position, whose column counts characters, into one in bytes.
func place(n *yaml.Node, lines [][]byte) (line, column int) {
	if n.Line < 1 || n.Line > len(lines) {
		return max(n.Line, 1), 1
	}
	text := bytes.TrimPrefix(lines[n.Line-1], []byte("\xef\xbb\xbf"))
	column = len(lines[n.Line-1]) - len(text) + 1
	for i, seen := range runeStarts(text) {
		if seen == n.Column-1 {
			return n.Line, column + i
		}
	}
	return n.Line, column + len(text)
}

// runeStarts yields the byte offset of each character of a line and its number.
func runeStarts(text []byte) func(yield func(offset, number int) bool) {
	return func(yield func(int, int) bool) {
		number := 0
		for offset := range string(text) {
			if !yield(offset, number) {
				return
			}
			number++
		}
	}
}

// target follows an alias.
func target(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}
