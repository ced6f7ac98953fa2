package lake

import (
	"path"
	"slices"
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
	slices.Sort(names)
	return names, nil
}

// source reads the files of one source.
func (v *View) source(name string) (sourceFiles, error) {
	files := sourceFiles{discovered: map[string]stream.File{}}
	configs, err := v.configs(name)
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

// configs reads the stream configurations of a source, in the order of their names.
func (v *View) configs(source string) ([]stream.File, error) {
	entries, err := v.List(path.Join(v.Layout.Streams, source))
	if err != nil {
		return nil, err
	}
	var files []stream.File
	for _, e := range entries {
		if e.Mode != Regular || !stream.IsConfig(path.Base(e.Path)) {
			continue
		}
		file, _, err := v.jsonFile(e.Path)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// discovered reads the schema that was discovered for a stream.
func (v *View) discovered(source, name string) (stream.File, bool, error) {
	if strings.ContainsAny(name, "/\x00") {
		return stream.File{}, false, nil
	}
	return v.jsonFile(path.Join(v.Layout.Sources, source, name+".json"))
}

// jsonFile reads and parses a stream configuration or discovered schema once;
// false when there is none.
func (v *View) jsonFile(p string) (stream.File, bool, error) {
	v.mu.Lock()
	file, known := v.parsedJSON[p]
	v.mu.Unlock()
	if known {
		return file, file.Path != "", nil
	}
	data, ok, err := ReadPath(v, p)
	if err != nil {
		return stream.File{}, false, err
	}
	if !ok {
		v.remember(p, stream.File{})
		return stream.File{}, false, nil
	}
	return v.parseJSON(p, data), true, nil
}

// parseJSON parses a file that was read already.
func (v *View) parseJSON(p string, data []byte) stream.File {
	file := stream.Read(p, data)
	v.remember(p, file)
	return file
}

func (v *View) remember(p string, file stream.File) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.parsedJSON[p] = file
}

// Forget lets go of what was parsed of a source, once nothing more is asked of it.
func (v *View) Forget(source string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for p := range v.parsedJSON {
		if name, ok := v.Layout.TouchesSource(p); ok && name == source {
			delete(v.parsedJSON, p)
		}
	}
}

// Catalog is one source's generated catalog: where it is or belongs, and its
// state.
type Catalog struct {
	Path string
	stream.Catalog
}

// Catalog compares one source's catalog with what its files say.
func (v *View) Catalog(source string) (Catalog, error) {
	files, err := v.source(source)
	if err != nil {
		return Catalog{}, err
	}
	return Catalog{v.Layout.CatalogPath(source), stream.CheckCatalog(files.streams, files.discovered, files.catalog)}, nil
}
