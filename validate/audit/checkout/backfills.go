package checkout

import (
	"context"
	"fmt"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// Backfills reads which sources have a flag on, and what resets them.
func Backfills(ctx context.Context, view *lake.View, since lake.Since, facts *audit.Facts) error {
	names, err := view.Sources(nil)
	if err != nil {
		return fmt.Errorf("list the stream sources: %w", err)
	}
	for _, name := range names {
		doc, ok, err := view.Source(ctx, name, lake.Change{Since: since, Now: facts.Now})
		if err != nil {
			return fmt.Errorf("read the streams of %s: %w", name, err)
		}
		if !ok {
			continue
		}
		if b := backfill(name, doc.Path, doc.Input); len(b.Flags) > 0 {
			facts.Backfills = append(facts.Backfills, b)
		}
	}
	return nil
}

// backfill picks what an audit compares from a document of kind source.
func backfill(name, path string, source map[string]any) audit.Backfill {
	b := audit.Backfill{Source: name, Path: path}
	flags, _ := source["backfill"].([]any)
	for _, f := range flags {
		flag, _ := f.(map[string]any)
		if flag["connector"] != "airbyte" {
			continue
		}
		out := audit.Flag{At: position(flag["at"])}
		out.Stream, _ = flag["stream"].(string)
		if text, ok := flag["since"].(string); ok {
			out.Since, _ = time.Parse(time.RFC3339, text)
		}
		b.Flags = append(b.Flags, out)
	}
	resets, _ := source["resets"].([]any)
	for _, r := range resets {
		reset, _ := r.(map[string]any)
		b.Reset, _ = reset["address"].(string)
		connections, _ := reset["connections"].([]any)
		if len(connections) > 0 {
			b.Connection, _ = connections[0].(string)
		}
	}
	return b
}

func position(at any) audit.Position {
	object, _ := at.(map[string]any)
	number := func(key string) int {
		switch n := object[key].(type) {
		case int:
			return n
		case float64:
			return int(n)
		}
		return 1
	}
	path, _ := object["path"].(string)
	return audit.Position{Path: path, Line: number("line"), Column: number("column")}
}
