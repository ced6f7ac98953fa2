package lake

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// maybeManifest reports whether a file's name is one of Kubernetes objects: YAML,
// or JSON outside the lake's own directories, where it is something else.
func (v *View) maybeManifest(p string) bool {
	if strings.HasSuffix(p, ".json") {
		return !within(p, v.Layout.Streams) && !within(p, v.Layout.Sources)
	}
	p = strings.ToLower(p)
	return strings.HasSuffix(p, ".yaml") || strings.HasSuffix(p, ".yml") || strings.HasSuffix(p, ".json")
}

// manifests builds one document for each Kubernetes object of a file.
func (v *View) manifests(e Entry, data []byte) ([]policy.Document, *UninspectedError, error) {
	if !v.maybeManifest(e.Path) || !parse.MayHoldManifests(data) {
		return nil, nil, nil
	}
	var docs []policy.Document
	objects, err := parse.Manifests(data)
	for _, m := range objects {
		docs = append(docs, policy.Document{
			Kind: "manifest", Path: e.Path,
			Input:  map[string]any{"object": m.Object, "encrypted": m.Encrypted},
			Locate: func(field []any) (int, int) { return m.Find(words(field)) },
		})
	}
	if err != nil {
		template := errors.Is(err, parse.ErrTemplate)
		return docs, &UninspectedError{Path: e.Path, Reason: err.Error(), Undecided: !template}, nil
	}
	return docs, nil, nil
}

// words turns a field path into the names and numbers that parsers look up.
func words(field []any) []string {
	out := make([]string, len(field))
	for i, step := range field {
		out[i] = fmt.Sprint(step)
	}
	return out
}
