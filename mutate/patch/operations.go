package patch

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gomodules.xyz/jsonpatch/v2"

	"github.com/lotus-lake/lotus-gate/mutate/rawjson"
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
	last := len(c.Path) - 1
	parent, err := rawjson.Find(raw, c.Path[:last]...)
	if err != nil {
		return nil, err
	}
	if parent == nil {
		return nil, errors.New("the object has no such block")
	}
	block, err := rawjson.Find(parent, c.Path[last])
	if err != nil {
		return nil, err
	}
	path := pointer(c.Path)
	if block == nil {
		if set := c.wanted(); len(set) > 0 {
			return []jsonpatch.Operation{{Operation: "add", Path: path, Value: map[string]any{"annotations": set}}}, nil
		}
		return nil, nil
	}
	text, err := rawjson.Find(block, "annotations")
	if err != nil {
		return nil, err
	}
	path += "/annotations"
	if text == nil {
		if set := c.wanted(); len(set) > 0 {
			return []jsonpatch.Operation{{Operation: "add", Path: path, Value: set}}, nil
		}
		return nil, nil
	}
	var annotations map[string]string
	if json.Unmarshal(text, &annotations) != nil {
		// What the decoder says is left out: it may quote the object.
		return nil, errors.New("cannot read the annotations")
	}
	var operations []jsonpatch.Operation
	for _, name := range slices.Sorted(maps.Keys(c.Annotations)) {
		wish := c.Annotations[name]
		is, found := annotations[name]
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

// pointer is the JSON pointer (RFC 6901) of a path.
func pointer(path []string) string {
	var b strings.Builder
	for _, name := range path {
		b.WriteString("/" + escape(name))
	}
	return b.String()
}

func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
