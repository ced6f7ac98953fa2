package stream

import "github.com/lotus-lake/lotus-gate/validate/parse"

// primaryKey checks a list of column paths.
func (v *validator) primaryKey(value *parse.Node) {
	if value.Kind != parse.Array {
		v.add(`primary_key must be a list of lists such as [["id"]], not %s`, article(value.Kind))
		return
	}
	for i := range value.Items {
		v.path = append(v.path, i)
		v.columns("each part of primary_key", `a list such as ["id"] inside the outer list`, &value.Items[i])
		if value.Items[i].Kind == parse.Array && len(value.Items[i].Items) == 0 {
			v.add("each part of primary_key must name a column")
		}
		v.path = v.path[:len(v.path)-1]
	}
}

// columns checks a list of strings.
func (v *validator) columns(what, must string, value *parse.Node) {
	if value.Kind != parse.Array {
		v.add("%s must be %s, not %s", what, must, article(value.Kind))
		return
	}
	for i := range value.Items {
		if value.Items[i].Kind != parse.String {
			v.path = append(v.path, i)
			v.add("a column's name must be a string, not %s", article(value.Items[i].Kind))
			v.path = v.path[:len(v.path)-1]
		}
	}
}

// fields checks a map of names to fields, and tells whether it is a map at all.
func (v *validator) fields(value *parse.Node) bool {
	if value.Kind != parse.Object {
		v.add(`%s must be an object such as {"id": {"type": "integer"}}, not %s`, v.path[len(v.path)-1], article(value.Kind))
		return false
	}
	members := value.Dict()
	for i := range members {
		v.path = append(v.path, members[i].KeyText())
		v.field(&members[i].Value)
		v.path = v.path[:len(v.path)-1]
	}
	return true
}

// field checks one field. Keys that the generator leaves out of the catalog are allowed.
func (v *validator) field(value *parse.Node) {
	if value.Kind != parse.Object {
		v.add(`a field must be an object such as {"type": "string"}, not %s`, article(value.Kind))
		return
	}
	members := value.Dict()
	for i := range members {
		v.path = append(v.path, members[i].KeyText())
		switch part := &members[i].Value; members[i].Key {
		case "type":
			v.name("type", part)
		case "description", "format":
			v.text(members[i].Key, part)
		case "properties":
			v.fields(part)
		case "items":
			if part.Kind != parse.Object {
				v.add(`items must be an object such as {"type": "string"}, or map names to fields, not %s`, article(part.Kind))
			} else if isFieldMap(part) {
				v.fields(part)
			}
		}
		v.path = v.path[:len(v.path)-1]
	}
}
