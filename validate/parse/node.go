package parse

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Kind tells which of JSON's six kinds of value a Node is.
type Kind uint8

// The kinds of a JSON value. NonFinite stands for the NaN, Infinity and -Infinity
// that Python's json module writes and reads; they exist only where
// JSONOptions.NonFinite allows them.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
	NonFinite
)

// String names the kind as JSON Schema does, which is also how messages name it.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object", "non-finite number"}[k]
}

// Node is one JSON value with its place in the file.
type Node struct {
	Kind Kind
	// duplicated is set when this value or one inside it is an object with a repeated key.
	duplicated bool
	// Line and Column are those of the value's first byte, 1-based, the column in bytes.
	Line, Column int
	// Text is a string's decoded text, a number's source text, or `true`, `false`, `null`,
	// `NaN`, `Infinity`, `-Infinity`. A lone surrogate escape (`\ud800`), which is no
	// character, is kept as the three bytes that a careless UTF-8 encoder would write
	// (WTF-8), so that it can be written back; Value replaces it by U+FFFD.
	Text string
	// Items are the elements of an array.
	Items []Node
	// Members are those of an object in file order, repeated keys included.
	Members []Member
}

// Member is one `"key": value` of an object.
type Member struct {
	Key string
	// Line and Column are those of the key's opening quote.
	Line, Column int
	// Duplicate is set when the same object has the key earlier in the file.
	Duplicate bool
	Value     Node
}

// Get returns the value of key in an object, the last one where the key is repeated (as
// encoding/json, Python and Terraform all read it), or nil when n is no object or has no
// such key. It may be called on a nil Node.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i := len(n.Members) - 1; i >= 0; i-- {
		if n.Members[i].Key == key {
			return &n.Members[i].Value
		}
	}
	return nil
}

// IsTrue tells whether n is the JSON value true; the string "true" is not.
func (n *Node) IsTrue() bool {
	return n != nil && n.Kind == Bool && n.Text == "true"
}

// Value returns the plain Go value of n: nil, bool, json.Number, string (valid UTF-8),
// []any or map[string]any; of repeated keys the last wins. A non-finite number becomes
// the string that spells it.
func (n *Node) Value() any {
	switch n.Kind {
	case Bool:
		return n.Text == "true"
	case Number:
		return json.Number(n.Text)
	case String:
		return validText(n.Text)
	case NonFinite:
		return n.Text
	case Array:
		items := make([]any, len(n.Items))
		for i := range n.Items {
			items[i] = n.Items[i].Value()
		}
		return items
	case Object:
		members := make(map[string]any, len(n.Members))
		for i := range n.Members {
			members[validText(n.Members[i].Key)] = n.Members[i].Value.Value()
		}
		return members
	}
	return nil
}

// Find gives the place of the value at path, whose steps are keys of objects (string) and
// indexes of arrays (int, float64, json.Number or a decimal string, as rules give them). A
// member is found at its key, an element at its first byte. When the path leads nowhere,
// ok is false and the place is that of its deepest part that exists.
func (n *Node) Find(path []any) (line, column int, ok bool) {
	line, column = n.Line, n.Column
	for _, step := range path {
		switch n.Kind {
		case Object:
			key, _ := step.(string)
			member := n.lastMember(key)
			if member == nil {
				return line, column, false
			}
			n, line, column = &member.Value, member.Line, member.Column
		case Array:
			index, err := strconv.Atoi(fmt.Sprint(step))
			if err != nil || index < 0 || index >= len(n.Items) {
				return line, column, false
			}
			n = &n.Items[index]
			line, column = n.Line, n.Column
		default:
			return line, column, false
		}
	}
	return line, column, true
}

// lastMember is the member that a reader of plain values would see under key. Paths come
// from Value, so a key with a lone surrogate is compared as Value spells it.
func (n *Node) lastMember(key string) *Member {
	for i := len(n.Members) - 1; i >= 0; i-- {
		if n.Members[i].Key == key || validText(n.Members[i].Key) == key {
			return &n.Members[i]
		}
	}
	return nil
}

// Dict returns the members of an object as Python's dict and JavaScript's objects hold
// them: each key once, at its first place, with its last value.
func (n *Node) Dict() []Member {
	first := 0
	for first < len(n.Members) && !n.Members[first].Duplicate {
		first++
	}
	if first == len(n.Members) {
		return n.Members
	}
	places := make(map[string]int, len(n.Members))
	dict := make([]Member, 0, len(n.Members))
	for _, member := range n.Members {
		if place, known := places[member.Key]; known {
			dict[place].Value = member.Value
			continue
		}
		places[member.Key] = len(dict)
		dict = append(dict, member)
	}
	return dict
}

// Duplicates lists the repeated keys of n and of everything inside it, in file order,
// each at its second and later places.
func (n *Node) Duplicates() []Member {
	return n.appendDuplicates(nil)
}

func (n *Node) appendDuplicates(found []Member) []Member {
	if !n.duplicated {
		return found
	}
	for i := range n.Items {
		found = n.Items[i].appendDuplicates(found)
	}
	for i := range n.Members {
		if n.Members[i].Duplicate {
			found = append(found, n.Members[i])
		}
		found = n.Members[i].Value.appendDuplicates(found)
	}
	return found
}

// KeyText is the key as Value spells it.
func (m *Member) KeyText() string { return validText(m.Key) }
