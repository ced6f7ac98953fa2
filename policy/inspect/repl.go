package inspect

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/repl"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Session is what a person tries queries with.
type Session struct {
	Documents []policy.Document // data.documents; the first one is input
	In        io.Reader         // lines, or a terminal
	Out, Err  io.Writer
	Banner    string
}

// Repl reads queries and answers them with OPA's own shell, until it is left. All
// rules of the set are loaded.
func (l *Lab) Repl(ctx context.Context, s Session) error {
	modules, err := l.set.Modules([]string{""})
	if err != nil {
		return err
	}
	loaded := bundle.Bundle{Data: map[string]any{}}
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		loaded.Modules = append(loaded.Modules, bundle.ModuleFile{Path: path, Parsed: modules[path]})
	}
	documents := make([]any, len(s.Documents))
	for i, doc := range s.Documents {
		documents[i] = doc.Object()
	}
	data := maps.Clone(l.data)
	data["documents"] = documents
	if len(documents) > 0 {
		data["repl"] = map[string]any{"input": documents[0]} // where the shell looks for input
	}
	return repl.New(inmem.NewFromObject(data), "", s.Out, "pretty", errorLimit, s.Banner).
		WithCapabilities(policy.Capabilities()).WithInitBundles(map[string]*bundle.Bundle{"": &loaded}).
		WithConsoleInput(s.In).WithStderrWriter(s.Err).Loop(ctx)
}

const errorLimit = 10 // of a compiler's errors
