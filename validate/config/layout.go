package config

import (
	"path"
	"strings"
)

// StreamSource tells whose stream configuration a path is: the directory
// <streams>/<source> holds it and its name ends in .json and does not begin
// with an underscore.
func (l Layout) StreamSource(p string) (source string, ok bool) {
	source, name, ok := below(p, l.Streams)
	return source, ok && strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, "_")
}

// DiscoveredSource tells whose discovered schema a path is.
func (l Layout) DiscoveredSource(p string) (source string, ok bool) {
	source, name, ok := below(p, l.Sources)
	return source, ok && strings.HasSuffix(name, ".json")
}

// TouchesSource tells which source's directories a path lies in.
func (l Layout) TouchesSource(p string) (source string, ok bool) {
	if source, _, ok = below(p, l.Streams); ok {
		return source, true
	}
	source, _, ok = below(p, l.Sources)
	return source, ok
}

// CatalogPath is where a source's generated catalog lies.
func (l Layout) CatalogPath(source string) string { return path.Join(l.Streams, source, l.Catalog) }

// below splits <dir>/<source>/<name>.
func below(p, dir string) (source, name string, ok bool) {
	rest, ok := strings.CutPrefix(p, dir+"/")
	if !ok {
		return "", "", false
	}
	source, name, ok = strings.Cut(rest, "/")
	return source, name, ok && !strings.Contains(name, "/")
}
