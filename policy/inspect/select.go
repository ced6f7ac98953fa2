package inspect

import (
	"path"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Select keeps the documents of some kinds (nil: all), of one kind ("": all) and at a path:
// a file, a directory or a glob ("": all).
func Select(docs []policy.Document, kinds []string, kind, at string) []policy.Document {
	var kept []policy.Document
	for _, doc := range docs {
		matches, _ := path.Match(at, doc.Path)
		if (kinds == nil || slices.Contains(kinds, doc.Kind)) && (kind == "" || doc.Kind == kind) &&
			(at == "" || matches || at == doc.Path || strings.HasPrefix(doc.Path, strings.TrimSuffix(at, "/")+"/")) {
			kept = append(kept, doc)
		}
	}
	return kept
}
