package stream

import (
	"errors"
	"time"
)

// Source is one directory of stream configurations, `<streams>/<source>`, with all that its
// facts are made of.
type Source struct {
	Path    string // the directory
	Name    string // of the source
	Streams []File // the configurations (IsConfig) in it
	// Discovered are the discovered schemas of the source by stream name.
	Discovered map[string]File
	// CatalogPath is where the catalog is or belongs; Catalog its content, nil for none.
	CatalogPath string
	Catalog     []byte
	// Readers and Resets are passed on as they are: facts of Terraform (docs/inputs.md).
	Readers, Resets []any
	// Base are the configurations before the change; HasBase is false where there is no
	// before, as when a working tree is judged.
	Base    []File
	HasBase bool
	// Touched are the paths that the change touched, of this directory, of its discovered
	// schemas and of the modules that read it.
	Touched []string
	// Since says when the flag of the stream file at path was turned on (see Settings). It
	// is called for flags that are on, in the order of Streams. nil stands for no history,
	// in which no flag is set yet.
	Since func(path string) (Setting, error)
	Now   time.Time
}

// Facts builds the `source` input (docs/inputs.md), without path, kind and commit. Its only
// errors are those of Since.
func (s Source) Facts() (map[string]any, error) {
	before := map[string]File{}
	for _, file := range s.Base {
		before[file.Path] = file
	}
	backfill, err := s.backfill(before)
	if err != nil {
		return nil, err
	}
	streams := make([]any, len(s.Streams))
	for i, file := range s.Streams {
		streams[i] = map[string]any{
			"name": file.Name(), "at": place(file.Path, 1, 1), "connector": file.Connector(),
			"selected": file.Selected(), "backfill": file.Backfill(),
		}
	}
	facts := map[string]any{
		"source":    s.Name,
		"streams":   streams,
		"catalog":   s.catalog(),
		"readers":   orEmpty(s.Readers),
		"resets":    orEmpty(s.Resets),
		"backfill":  backfill,
		"base":      nil,
		"reset_now": s.resetNow(),
		"changed":   s.changed(before),
	}
	if s.HasBase {
		on := []any{}
		for _, file := range s.Base {
			if file.Backfill() {
				on = append(on, file.Name())
			}
		}
		facts["base"] = map[string]any{"backfill": on}
	}
	return facts, nil
}

func orEmpty(facts []any) []any {
	if facts == nil {
		return []any{}
	}
	return facts
}

// catalog is what the rules see of the committed catalog.
func (s Source) catalog() map[string]any {
	c := CheckCatalog(s.Streams, s.Discovered, s.Catalog)
	differences := make([]any, len(c.Differences))
	for i, difference := range c.Differences {
		differences[i] = difference
	}
	return map[string]any{"path": s.CatalogPath, "state": string(c.State), "differences": differences, "error": s.renderFacts(c.Err)}
}

// renderFacts says where the catalog cannot be rendered. The rule for stale catalogs leaves
// errors in stream files to the rule for their schema; one that the schema does not know is
// therefore placed at the catalog.
func (s Source) renderFacts(err error) any {
	var refused *RenderError
	if !errors.As(err, &refused) {
		return nil
	}
	at := place(refused.Path, refused.Line, refused.Column)
	message := refused.Message
	for _, file := range s.Streams {
		if file.Path == refused.Path && file.Root != nil && len(Validate(file.Root)) == 0 {
			at, message = place(s.CatalogPath, 1, 1), refused.Error()
		}
	}
	return map[string]any{"message": message, "at": at}
}
