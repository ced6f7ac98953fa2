package request

import (
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// lastApplied holds a copy of the whole object that kubectl applied.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// objects are the object of a request and what it was, as plain values without
// managed fields. Of Secrets, only the names of keys are kept.
type objects struct {
	resource    string // of the core group; "" for others
	object, old map[string]any
	unchanged   bool // both are there and differ in nothing
}

func (r Request) decode() (objects, error) {
	var o objects
	if r.Group == "" {
		o.resource = r.Resource
	}
	var err error
	if o.object, err = decodeObject(r.Object); err != nil {
		return objects{}, fmt.Errorf("the object: %w", err)
	}
	if o.old, err = decodeObject(r.Old); err != nil {
		return objects{}, fmt.Errorf("the old object: %w", err)
	}
	o.unchanged = o.object != nil && o.old != nil && same(o.object, o.old)
	if o.resource == "secrets" {
		blank(o.object)
		blank(o.old)
	}
	return o, nil
}

// decodeObject reads an object within the bounds of package parse: 1,000 levels and
// 250,000 values. It is nil when there is none.
func decodeObject(raw []byte) (map[string]any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	node, err := parse.JSON(raw, parse.JSONOptions{})
	if err != nil {
		return nil, err
	}
	switch object := node.Value().(type) {
	case nil:
		return nil, nil
	case map[string]any:
		if metadata, ok := object["metadata"].(map[string]any); ok {
			delete(metadata, "managedFields")
		}
		return object, nil
	}
	return nil, errors.New("no JSON object")
}

// same tells whether an update changes nothing but what the API server counts.
func same(object, old map[string]any) bool {
	return reflect.DeepEqual(uncounted(object), uncounted(old))
}

func uncounted(object map[string]any) map[string]any {
	metadata, ok := object["metadata"].(map[string]any)
	if !ok {
		return object
	}
	object, metadata = maps.Clone(object), maps.Clone(metadata)
	delete(metadata, "resourceVersion")
	delete(metadata, "generation")
	object["metadata"] = metadata
	return object
}

// blank empties the values of a Secret.
func blank(secret map[string]any) {
	for _, section := range []string{"data", "stringData"} {
		if data, ok := secret[section].(map[string]any); ok {
			for key := range data {
				data[key] = ""
			}
		}
	}
	metadata, _ := secret["metadata"].(map[string]any)
	if annotations, ok := metadata["annotations"].(map[string]any); ok {
		delete(annotations, lastApplied)
	}
}
