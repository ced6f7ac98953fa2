package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// AddWaiver writes one more waiver into the text of a configuration (none for a
// new file) and returns the new text and the line where the waiver stands. All that
// was there stays, byte for byte: comments, order, line ends. A text that it
// cannot edit so is an error that holds what to write by hand.
func AddWaiver(name string, data []byte, w Waiver) (text []byte, line int, err error) {
	before, err := Parse(name, data)
	if err != nil {
		return nil, 0, err
	}
	if err := w.writable(); err != nil {
		return nil, 0, err
	}
	for _, other := range before.Waivers {
		if other.Rule == w.Rule && other.Path == w.Path {
			return nil, 0, fmt.Errorf("%s: line %d: %s is waived for %s until %s already: change that waiver", name, other.Line, w.Rule, w.Path, other.Expires.Format(time.DateOnly))
		}
	}
	text, err = insertWaiver(data, w)
	if err == nil {
		line, err = before.differsBy(name, text, w)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s: cannot be edited without changing more of it (%w); write under `waivers`:\n%s", name, err, w.block("  "))
	}
	return text, line, nil
}

// differsBy tells where in a text that is this configuration and one more waiver
// that waiver stands. Any other difference is an error.
func (c Config) differsBy(name string, text []byte, w Waiver) (line int, err error) {
	after, err := Parse(name, text)
	if err != nil {
		return 0, err
	}
	for i, other := range after.Waivers {
		if other.Rule == w.Rule && other.Path == w.Path {
			line = other.Line
		}
		after.Waivers[i].Line = 0
	}
	want := c
	want.Waivers, want.Source = nil, after.Source
	for _, other := range append(c.Waivers[:len(c.Waivers):len(c.Waivers)], w) {
		other.Line = 0
		want.Waivers = append(want.Waivers, other)
	}
	if !reflect.DeepEqual(want, after) {
		return 0, errors.New("something else would change")
	}
	return line, nil
}

// writable refuses what no waiver may hold, or no single line.
func (w Waiver) writable() error {
	for _, part := range []struct{ name, value string }{{"a rule", w.Rule}, {"a path", w.Path}, {"a reason", w.Reason}, {"an owner", w.Owner}} {
		switch {
		case strings.TrimSpace(part.value) == "":
			return fmt.Errorf("a waiver needs %s", part.name)
		case !utf8.ValidString(part.value) || strings.ContainsFunc(part.value, func(r rune) bool { return !unicode.IsPrint(r) }):
			return fmt.Errorf("%s %q: want one line of plain text", strings.Fields(part.name)[1], part.value)
		}
	}
	if w.Expires.IsZero() {
		return errors.New("a waiver needs the last day on which it holds")
	}
	return nil
}

// node is the waiver as YAML.
func (w Waiver) node(style yaml.Style) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: style}
	for _, part := range [][2]string{{"rule", w.Rule}, {"path", w.Path}, {"reason", w.Reason}, {"owner", w.Owner}} {
		value := &yaml.Node{}
		value.SetString(part[1])
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: part[0]}, value)
	}
	day := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!timestamp", Value: w.Expires.Format(time.DateOnly)}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "expires"}, day)
	return n
}

// block is the waiver as an item of a list in block style.
func (w Waiver) block(indent string) string {
	text, _ := yaml.Marshal(w.node(0)) // of plain strings
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	return indent + "- " + strings.Join(lines, "\n"+indent+"  ") + "\n"
}

// flow is the waiver as an item of a list in flow style.
func (w Waiver) flow() string {
	text, _ := yaml.Marshal(w.node(yaml.FlowStyle))
	return strings.TrimSuffix(string(text), "\n")
}

// insertWaiver puts the waiver where it belongs.
func insertWaiver(data []byte, w Waiver) ([]byte, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("it is not UTF-8")
	}
	t := newLines(data)
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 || document.Content[0].Kind == yaml.ScalarNode { // nothing, or comments alone
		head := ""
		if len(bytes.TrimSpace(data)) == 0 {
			head = "version: 1\n"
		}
		return t.insert(t.end(), head+"waivers:\n"+w.block("  ")), nil
	}
	root := document.Content[0]
	key, list := find(root, "waivers")
	switch {
	case root.Kind != yaml.MappingNode:
		return nil, errors.New("it is no map")
	case key == nil && root.Style&yaml.FlowStyle != 0:
		return t.insertInFlow(root, "waivers: ["+w.flow()+"]")
	case key == nil:
		indent := strings.Repeat(" ", root.Column-1)
		return t.insert(t.end(), indent+"waivers:\n"+w.block(indent+"  ")), nil
	case list.Kind == yaml.SequenceNode && list.Style&yaml.FlowStyle != 0 && len(list.Content) > 0:
		return t.insertInFlow(list, w.flow())
	case list.Kind == yaml.SequenceNode && len(list.Content) > 0:
		indent := strings.Repeat(" ", list.Column-1)
		return t.insert(t.endOfItem(list.Content[len(list.Content)-1].Line, list.Column-1), w.block(indent)), nil
	case root.Style&yaml.FlowStyle != 0 || list.Kind != yaml.SequenceNode && list.Tag != "!!null" || list.Anchor != "":
		return nil, errors.New("its waivers are no list of their own")
	}
	return t.replaceEmpty(key, list, w.block(strings.Repeat(" ", key.Column+1)))
}

// find looks a key up in a map.
func find(root *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; root.Kind == yaml.MappingNode && i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == name {
			return root.Content[i], root.Content[i+1]
		}
	}
	return nil, nil
}
