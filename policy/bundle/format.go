package bundle

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	opa "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/util"
)

// readManifest reads the manifest; a bundle without one may define anything.
func readManifest(files map[string][]byte) (opa.Manifest, error) {
	var m opa.Manifest
	if raw, ok := files[manifestFile]; ok {
		dec := json.NewDecoder(bytes.NewReader(raw))
		if err := dec.Decode(&m); err != nil {
			return m, refusedf("%s: %w", manifestFile, err)
		}
	}
	if len(m.WasmResolvers) > 0 {
		return m, refusedf("%s: it resolves rules with WebAssembly: want Rego", manifestFile)
	}
	if m.RegoVersion != nil && *m.RegoVersion != 1 || len(m.FileRegoVersions) > 0 {
		return m, refusedf("%s: the gate reads Rego v1: rewrite the files with `opa fmt --v0-v1`", manifestFile)
	}
	return m, nil
}

// readData merges the data files: each is at the path of its directory.
func readData(files map[string][]byte) (map[string]any, error) {
	data := map[string]any{}
	for _, name := range sorted(files) {
		if path.Base(name) != dataFile {
			continue
		}
		var value any
		if err := util.UnmarshalJSON(files[name], &value); err != nil {
			return nil, refusedf("%s: %w", name, err)
		}
		if dir := path.Dir(name); dir != "." {
			parts := strings.Split(dir, "/")
			for i := len(parts) - 1; i >= 0; i-- {
				value = map[string]any{parts[i]: value}
			}
		}
		object, ok := value.(map[string]any)
		if !ok {
			return nil, refusedf("%s: want a JSON object", name)
		}
		if at := merge(data, object, "data"); at != "" {
			return nil, refusedf("%s: %s is set by another file", name, at)
		}
	}
	return data, nil
}

// merge adds one object to another; it returns the path of what both set, "" for
// nothing.
func merge(into, from map[string]any, at string) string {
	for key, value := range from {
		old, taken := into[key]
		if !taken {
			into[key] = value
			continue
		}
		a, object := old.(map[string]any)
		b, too := value.(map[string]any)
		if !object || !too {
			return at + "." + key
		}
		if wrong := merge(a, b, at+"."+key); wrong != "" {
			return wrong
		}
	}
	return ""
}

// structured is a file's content as it is hashed: JSON files are, by OPA's format,
// hashed as values. Anything that is not exactly one JSON value is refused, for
// OPA's hash would take it for YAML.
func structured(name string, content []byte) (any, error) {
	if !opa.IsStructuredDoc(name) {
		return content, nil
	}
	if !json.Valid(content) {
		return nil, refusedf("%s: no JSON", name)
	}
	var value any
	if err := util.UnmarshalJSON(content, &value); err != nil {
		return nil, refusedf("%s: %w", name, err)
	}
	return value, nil
}
