package stream

import "slices"

// Catalog is the generated catalog of one source, as it is and as it should be.
type Catalog struct {
	State       CatalogState
	Rendered    []byte   // what the generator would write; nil for nothing, or with Err
	Differences []string // how a stale one differs, in short sentences
	Err         error    // why it cannot be rendered, a *RenderError
}

// CatalogState says what is to be done about a catalog.
type CatalogState string

// The states of a catalog; their texts are those of the facts (docs/inputs.md).
const (
	CatalogFresh   CatalogState = "fresh"
	CatalogNone    CatalogState = "none"    // and none is needed: only dlt loads the source
	CatalogMissing CatalogState = "missing" // Airbyte loads the source
	CatalogStale   CatalogState = "stale"   // or nobody can tell, with Err
	CatalogOrphan  CatalogState = "orphan"  // its source has no stream files
)

// maxDifferences bounds what is said of one stale catalog.
const maxDifferences = 20

// CheckCatalog compares the catalog that a source has, nil for none, with what the generator
// would write for its stream files and its discovered schemas by stream name.
func CheckCatalog(streams []File, discovered map[string]File, committed []byte) Catalog {
	c := Catalog{State: CatalogFresh}
	c.Rendered, c.Err = Render(streams, discovered)
	switch {
	case committed == nil && slices.ContainsFunc(streams, func(f File) bool { return f.Connector() == "airbyte" }):
		c.State = CatalogMissing
	case committed == nil:
		c.State = CatalogNone
	case len(streams) == 0:
		c.State = CatalogOrphan
	case c.Err != nil:
		c.State = CatalogStale
	default:
		if c.Differences = Compare(committed, c.Rendered, maxDifferences); len(c.Differences) > 0 {
			c.State = CatalogStale
		}
	}
	return c
}
