package parse

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of one JSON file. A deeper or bigger file is refused with a SyntaxError, so
// that a hostile one costs neither the stack nor more than about 100 MiB.
const (
	MaxDepth  = 1_000   // arrays and objects around a value; Python's json has the same bound
	MaxValues = 250_000 // values in the whole file
)

// JSONOptions says which deviations from RFC 8259 are wanted.
type JSONOptions struct {
	// NonFinite accepts NaN, Infinity and -Infinity, as Python's json.load does.
	NonFinite bool
}

// JSON reads one JSON value (RFC 8259, UTF-8 without byte-order mark) into an ordered
// tree with the place of every key and value. Repeated keys are kept and marked. The
// tree shares memory with a private copy of data. Every error is a *SyntaxError.
func JSON(data []byte, opt JSONOptions) (*Node, error) {
	p := jsonParser{source: string(data), line: 1, nonFinite: opt.NonFinite}
	if err := p.checkEncoding(); err != nil {
		return nil, err
	}
	p.space()
	if p.at == len(p.source) {
		return nil, p.fail("the file is empty: a JSON value is missing")
	}
	root, err := p.value()
	if err != nil {
		return nil, err
	}
	p.space()
	if p.at < len(p.source) {
		return nil, p.fail("unexpected " + p.here() + " after the end of the JSON value")
	}
	return &root, nil
}

// jsonParser reads source once, from front to back. Elements and members of containers
// that are still open wait on two stacks, so that each closed container is one
// allocation of the right size.
type jsonParser struct {
	source    string
	at        int // offset of the next byte
	line      int // of that byte; a value's strings hold no newline, so only space counts lines
	lineStart int // offset of that line's first byte
	depth     int
	values    int
	nonFinite bool
	items     []Node
	members   []Member
	seen      map[string]struct{}
}

func (p *jsonParser) column() int { return p.at - p.lineStart + 1 }

func (p *jsonParser) fail(message string) error {
	return &SyntaxError{Line: p.line, Column: p.column(), Message: message}
}

// here describes the next character for a message.
func (p *jsonParser) here() string {
	if p.at >= len(p.source) {
		return "end of file"
	}
	r, _ := utf8.DecodeRuneInString(p.source[p.at:])
	return fmt.Sprintf("character %q", r)
}

// checkEncoding refuses what is not plain UTF-8 text before any of it is read.
func (p *jsonParser) checkEncoding() error {
	switch {
	case strings.HasPrefix(p.source, "\xef\xbb\xbf"):
		return p.fail("the file begins with a byte-order mark: save it as UTF-8 without one")
	case strings.HasPrefix(p.source, "\xff\xfe"), strings.HasPrefix(p.source, "\xfe\xff"),
		len(p.source) >= 2 && (p.source[0] == 0) != (p.source[1] == 0):
		return p.fail("the file is UTF-16: save it as UTF-8")
	}
	if utf8.ValidString(p.source) && strings.IndexByte(p.source, 0) < 0 {
		return nil
	}
	for i, r := range p.source {
		switch {
		case r == 0:
			p.at = i
			return p.fail("NUL byte: the file is not JSON text")
		case r == utf8.RuneError && !strings.HasPrefix(p.source[i:], "\uFFFD"):
			p.at = i
			return p.fail(fmt.Sprintf("invalid UTF-8 (byte 0x%02x): save the file as UTF-8", p.source[i]))
		case r == '\n':
			p.line, p.lineStart = p.line+1, i+1
		}
	}
	return nil
}

func (p *jsonParser) space() {
	for p.at < len(p.source) {
		switch p.source[p.at] {
		case '\n':
			p.line, p.lineStart = p.line+1, p.at+1
		case ' ', '\t', '\r':
		default:
			return
		}
		p.at++
	}
}

// value reads the value that begins at the next byte, which is not space.
func (p *jsonParser) value() (Node, error) {
	if p.values++; p.values > MaxValues {
		return Node{}, p.fail(fmt.Sprintf("more than %d values in one file", MaxValues))
	}
	node := Node{Line: p.line, Column: p.column()}
	if p.at == len(p.source) {
		return node, p.fail("unexpected end of file: a value is missing")
	}
	var err error
	switch c := p.source[p.at]; {
	case c == '"':
		node.Kind = String
		node.Text, err = p.text()
	case c == '{':
		if err = p.enter(); err == nil {
			err = p.object(&node)
		}
		p.depth--
	case c == '[':
		if err = p.enter(); err == nil {
			err = p.array(&node)
		}
		p.depth--
	case c == '-' || c >= '0' && c <= '9':
		err = p.number(&node)
	default:
		err = p.word(&node)
	}
	return node, err
}

// enter steps over the opening byte of a container.
func (p *jsonParser) enter() error {
	if p.depth++; p.depth > MaxDepth {
		return p.fail(fmt.Sprintf("nested deeper than %d levels", MaxDepth))
	}
	p.at++
	p.space()
	return nil
}

// word reads true, false, null and, where they are allowed, the non-finite numbers.
func (p *jsonParser) word(node *Node) error {
	end := p.at
	for end < len(p.source) && (p.source[end]|0x20 >= 'a' && p.source[end]|0x20 <= 'z') {
		end++
	}
	switch node.Text = p.source[p.at:end]; {
	case node.Text == "true" || node.Text == "false":
		node.Kind = Bool
	case node.Text == "null":
	case p.nonFinite && (node.Text == "NaN" || node.Text == "Infinity"):
		node.Kind = NonFinite
	case node.Text == "NaN" || node.Text == "Infinity":
		return p.fail(node.Text + " is not JSON: only Python writes it")
	case p.source[p.at] == '\'':
		return p.fail("unexpected character '\\'': JSON strings are in double quotes")
	default:
		return p.fail("unexpected " + p.here() + ": a JSON value must stand here")
	}
	p.at = end
	return nil
}
