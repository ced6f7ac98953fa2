package lake

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/state"
	"github.com/lotus-lake/lotus-gate/validate/stream"
	"github.com/lotus-lake/lotus-gate/validate/terraform"
)

// View is a snapshot with the layout of the lake and what was parsed of it so
// far. It is safe for concurrent use.
type View struct {
	Tree
	Settings

	mu      sync.Mutex
	modules map[string]func() (*terraform.Module, error)
	// parsedJSON holds stream configurations and discovered schemas by path;
	// the zero File stands for one that is not there.
	parsedJSON map[string]stream.File
}

// Settings tell what a lake's files are.
type Settings struct {
	Layout config.Layout
	Names  []string  // patterns of identifiers to look for in code
	Flags  FlagCache // nil for none
}

// NewView makes a View; nothing is read yet.
func NewView(tree Tree, settings Settings) *View {
	return &View{Tree: tree, Settings: settings, modules: map[string]func() (*terraform.Module, error){}, parsedJSON: map[string]stream.File{}}
}

// Documents builds one file's documents of the wanted kinds from its bytes (nil
// when they could not be read: then only its name is judged).
func (v *View) Documents(e Entry, data []byte, limits state.Limits, wants func(kind string, file []byte) bool) ([]policy.Document, []UninspectedError, error) {
	var docs []policy.Document
	var skipped []UninspectedError
	if wants("material", data) {
		doc, found, notes := Material(e, data, limits)
		if found {
			docs = append(docs, doc)
		}
		skipped = append(skipped, notes...)
	}
	if e.Mode != Regular || data == nil {
		return docs, skipped, nil
	}
	for _, build := range []struct {
		kind string
		make func(*View, Entry, []byte) ([]policy.Document, *UninspectedError, error)
	}{{"stream", (*View).stream}, {"manifest", (*View).manifests}, {"script", (*View).script}, {"code", (*View).code}} {
		if !wants(build.kind, data) {
			continue
		}
		more, skip, err := build.make(v, e, data)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", e.Path, err)
		}
		docs = append(docs, more...)
		if skip != nil {
			skipped = append(skipped, *skip)
		}
	}
	return docs, skipped, nil
}

// plain turns facts with JSON tags into the plain values of a document.
func plain(facts any) (map[string]any, error) {
	raw, err := json.Marshal(facts)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = json.Unmarshal(raw, &out)
	return out, err
}
