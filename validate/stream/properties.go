package stream

import (
	"fmt"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// The generated parts of a catalog are built as parse.Node values, beside those of the
// files, so that one writer (dump) serves both.

func text(value string) parse.Node { return parse.Node{Kind: parse.String, Text: value} }

func boolean(value bool) parse.Node {
	return parse.Node{Kind: parse.Bool, Text: fmt.Sprint(value)}
}

func list(items ...parse.Node) parse.Node { return parse.Node{Kind: parse.Array, Items: items} }

func dict(members ...parse.Member) parse.Node {
	return parse.Node{Kind: parse.Object, Members: members}
}

func entry(key string, value parse.Node) parse.Member { return parse.Member{Key: key, Value: value} }

// jsonSchema turns the lake's short form of fields, name to {type, description, format,
// properties, items}, into JSON Schema `properties`: each type may also be null, objects
// recurse through properties, arrays through items when that is itself a map of fields.
func (f File) jsonSchema(fields *parse.Node) (parse.Node, error) {
	if fields.Kind != parse.Object {
		return parse.Node{}, f.wrong(fields, "fields must be an object that maps names to fields, not "+article(fields.Kind))
	}
	members := fields.Dict()
	properties := make([]parse.Member, 0, len(members))
	for i := range members {
		property, err := f.fieldSchema(&members[i].Value)
		if err != nil {
			return parse.Node{}, err
		}
		properties = append(properties, entry(members[i].Key, property))
	}
	return dict(properties...), nil
}

func (f File) fieldSchema(field *parse.Node) (parse.Node, error) {
	if field.Kind != parse.Object {
		return parse.Node{}, f.wrong(field, `a field must be an object such as {"type": "string"}, not `+article(field.Kind))
	}
	kind := text("string")
	if declared := field.Get("type"); declared != nil {
		kind = *declared
	}
	members := []parse.Member{entry("type", list(text("null"), kind))}
	for _, key := range []string{"description", "format"} {
		if value := field.Get(key); value != nil {
			members = append(members, entry(key, *value))
		}
	}
	properties, items := field.Get("properties"), field.Get("items")
	switch {
	case kind.Kind != parse.String:
	case kind.Text == "object" && properties != nil:
		schema, err := f.jsonSchema(properties)
		if err != nil {
			return parse.Node{}, err
		}
		members = append(members, entry("properties", schema))
	case kind.Text == "array" && items != nil && isFieldMap(items):
		schema, err := f.jsonSchema(items)
		if err != nil {
			return parse.Node{}, err
		}
		members = append(members, entry("items", dict(
			entry("type", list(text("null"), text("object"))),
			entry("properties", schema),
		)))
	case kind.Text == "array" && items != nil:
		members = append(members, entry("items", *items))
	}
	return dict(members...), nil
}

// isFieldMap tells a map of fields from a schema such as {"type": "string"}.
func isFieldMap(items *parse.Node) bool {
	for _, member := range items.Dict() {
		if member.Value.Kind != parse.Object {
			return false
		}
	}
	return items.Kind == parse.Object
}
