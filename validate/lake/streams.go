package lake

import (
	"path"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// sourceFiles are the files that make up one stream source in a snapshot.
type sourceFiles struct {
	streams    []stream.File          // by file name
	discovered map[string]stream.File // by stream name
	catalog    []byte                 // nil when there is none
}

// Sources names the stream sources of a snapshot and, when given, of the
// snapshot before the change, in order.
func (v *View) Sources(base *View) ([]string, error) {
	seen := map[string]bool{}
	var names []string
	for _, view := range []*View{v, base} {
		if view == nil {
			continue
		}
		entries, err := view.List(view.Layout.Streams)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if name := path.Base(e.Path); e.Mode == Directory && !seen[name] && !strings.HasPrefix(name, ".") {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names, nil
}

// source reads the files of one source.
func (v *View) source(name string) (sourceFiles, error) {
	files := sourceFiles{discovered: map[string]stream.File{}}
	configs, err := v.jsonFiles(path.Join(v.Layout.Streams, name), stream.IsConfig)
	if err != nil {
		return files, err
	}
	files.streams = configs
	for _, config := range configs {
		wanted := config.Stream()
		if f, ok, err := v.discovered(name, wanted); err != nil {
			return files, err
		} else if ok {
			files.discovered[wanted] = f
		}
	}
	files.catalog, _, err = ReadPath(v, v.Layout.CatalogPath(name))
	return files, err
}

// discovered reads the schema that was discovered for a stream.
func (v *View) discovered(source, name string) (stream.File, bool, error) {
	if strings.ContainsAny(name, "/\x00") {
		return stream.File{}, false, nil
	}
	p := path.Join(v.Layout.Sources, source, name+".json")
	data, ok, err := ReadPath(v, p)
	if err != nil || !ok {
		return stream.File{}, false, err
	}
	return stream.Read(p, data), true, nil
}

func (v *View) jsonFiles(dir string, wanted func(name string) bool) ([]stream.File, error) {
	entries, err := v.List(dir)
	if err != nil {
		return nil, err
	}
	var files []stream.File
	for _, e := range entries {
		if e.Mode != Regular || !wanted(path.Base(e.Path)) {
			continue
		}
		data, err := v.Read(e)
		if err != nil {
			return nil, err
		}
		files = append(files, stream.Read(e.Path, data))
	}
	return files, nil
}

// Catalog is one source's generated catalog, as it is and as it should be.
type Catalog struct {
	Source      string
	Path        string
	Committed   []byte   // nil when there is none
	Rendered    []byte   // nil when there is nothing to render
	Differences []string // short sentences; none when it is fresh
	Err         error    // why it cannot be rendered
}

// maxDifferences bounds how much is said of one stale catalog.
const maxDifferences = 20

// Catalog renders one source's catalog. A source that only dlt loads needs none.
func (v *View) Catalog(source string) (Catalog, error) {
	c := Catalog{Source: source, Path: v.Layout.CatalogPath(source)}
	files, err := v.source(source)
	if err != nil {
		return c, err
	}
	c.Committed = files.catalog
	airbyte := false
	for _, f := range files.streams {
		airbyte = airbyte || f.Connector() == "airbyte"
	}
	if !airbyte && c.Committed == nil {
		return c, nil
	}
	if c.Rendered, c.Err = stream.Render(files.streams, files.discovered); c.Err != nil {
		return c, nil //nolint:nilerr // what is wrong with one source is told beside the others
	}
	switch {
	case c.Committed == nil:
		c.Differences = []string{"there is no catalog yet"}
	case c.Rendered == nil:
		c.Differences = []string{"the source has no streams any more"}
	case string(c.Committed) != string(c.Rendered):
		c.Differences = stream.Compare(c.Committed, c.Rendered, maxDifferences)
	}
	return c, nil
}
