package patch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gomodules.xyz/jsonpatch/v2"
)

// Operations that make the changes to the object, and nothing else: an annotation that is as wished has none. raw is the object as the API server sent it; every block of
// a Path but the last must be there. The order is that of changes, then of names.
func Operations(raw []byte, changes []Change) ([]jsonpatch.Operation, error) {
	var operations []jsonpatch.Operation
	for _, change := range changes {
		some, err := change.operations(raw)
		if err != nil {
			return nil, fmt.Errorf("patch %s: %w", strings.Join(change.Path, "."), err)
		}
		operations = append(operations, some...)
	}
	return operations, nil
}

func (c Change) operations(raw []byte) ([]jsonpatch.Operation, error) {
	block := json.RawMessage(raw)
	for i, name := range c.Path {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(block, &fields); err != nil {
			return nil, errNotObject(name)
		}
		block = fields[name]
		if null(block) && i < len(c.Path)-1 {
			return nil, fmt.Errorf("the object has no %s", name)
		}
	}
	path := pointer(c.Path)
	if null(block) {
		if set := c.wanted(); len(set) > 0 {
			return []jsonpatch.Operation{{Operation: "add", Path: path, Value: map[string]any{"annotations": set}}}, nil
		}
		return nil, nil
	}
	var fields struct {
		Annotations map[string]string `json:"annotations"`
	}
	if err := json.Unmarshal(block, &fields); err != nil {
		return nil, errNotObject("annotations")
	}
	path += "/annotations"
	if fields.Annotations == nil {
		if set := c.wanted(); len(set) > 0 {
			return []jsonpatch.Operation{{Operation: "add", Path: path, Value: set}}, nil
		}
		return nil, nil
	}
	var operations []jsonpatch.Operation
	for _, name := range slices.Sorted(maps.Keys(c.Annotations)) {
		wish := c.Annotations[name]
		is, found := fields.Annotations[name]
		at := path + "/" + escape(name)
		switch {
		case wish == nil && found:
			operations = append(operations, jsonpatch.Operation{Operation: "remove", Path: at})
		case wish != nil && !found:
			operations = append(operations, jsonpatch.Operation{Operation: "add", Path: at, Value: *wish})
		case wish != nil && is != *wish:
			operations = append(operations, jsonpatch.Operation{Operation: "replace", Path: at, Value: *wish})
		}
	}
	return operations, nil
}

// wanted annotations, less those that are to be absent.
func (c Change) wanted() map[string]any {
	set := map[string]any{}
	for name, wish := range c.Annotations {
		if wish != nil {
			set[name] = *wish
		}
	}
	return set
}

func null(block json.RawMessage) bool {
	return len(block) == 0 || bytes.Equal(bytes.TrimSpace(block), []byte("null"))
}

// errNotObject leaves out what the decoder says, which may quote the object.
func errNotObject(name string) error { return fmt.Errorf("cannot read the object at %s", name) }

// pointer is the JSON pointer (RFC 6901) of a path.
func pointer(path []string) string {
	var b strings.Builder
	for _, name := range path {
		b.WriteString("/" + escape(name))
	}
	return b.String()
}

func escape(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }
