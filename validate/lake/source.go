package lake

import (
	"context"
	"path"
	"slices"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/stream"
	"github.com/lotus-lake/lotus-gate/validate/terraform"
)

// Change is what a document of several files is compared with.
type Change struct {
	Base    *View    // before the change; nil when there is no before
	Touched []string // paths that it added, changed or removed
	Since   Since    // nil: nothing is committed
	Now     time.Time
}

// Source builds the document of one stream source; false when the snapshot has
// neither its streams nor its catalog.
func (v *View) Source(ctx context.Context, name string, change Change) (policy.Document, bool, error) {
	files, err := v.source(name)
	if err != nil || len(files.streams) == 0 && files.catalog == nil {
		return policy.Document{}, false, err
	}
	dir := path.Join(v.Layout.Streams, name)
	s := stream.Source{
		Path: dir, Name: name, Streams: files.streams, Discovered: files.discovered,
		CatalogPath: v.Layout.CatalogPath(name), Catalog: files.catalog, Now: change.Now,
	}
	if change.Base != nil {
		s.HasBase = true
		if s.Base, err = change.Base.configs(name); err != nil {
			return policy.Document{}, false, err
		}
	}
	if s.Touched, err = v.readers(&s, change.Touched); err != nil {
		return policy.Document{}, false, err
	}
	settings, err := settings(ctx, files.streams, change.Since)
	if err != nil {
		return policy.Document{}, false, err
	}
	s.Since = func(p string) (stream.Setting, error) { return settings[p], nil }
	input, err := s.Facts()
	return policy.Document{Kind: "source", Path: dir, Input: input}, err == nil, err
}

// settings looks all flags that are on up in one walk of the history.
func settings(ctx context.Context, streams []stream.File, since Since) (map[string]stream.Setting, error) {
	var on []string
	for _, f := range streams {
		if f.Backfill() {
			on = append(on, f.Path)
		}
	}
	if len(on) == 0 || since == nil {
		return nil, nil
	}
	return since(ctx, on)
}

// readers fills in the Terraform that reads or resets a source, and returns the
// touched paths that concern it. Terraform is parsed only for a source that it
// matters to: one with a backfill, or with a catalog and no streams.
func (v *View) readers(s *stream.Source, touched []string) ([]string, error) {
	var roots []string
	if len(s.Streams) == 0 || slices.ContainsFunc(slices.Concat(s.Streams, s.Base), stream.File.Backfill) {
		var err error
		if roots, err = v.roots(); err != nil {
			return nil, err
		}
	}
	var dirs []string
	for _, root := range roots {
		facts, err := v.Facts(root)
		if err != nil {
			return nil, err
		}
		readers, resets := concern(facts, s)
		if len(readers)+len(resets) > 0 {
			dirs = append(dirs, root)
		}
		s.Readers, s.Resets = append(s.Readers, readers...), append(s.Resets, resets...)
	}
	var mine []string
	for _, p := range touched {
		source, ok := v.Layout.TouchesSource(p)
		if ok && source == s.Name && p != s.CatalogPath || IsTerraform(p) && slices.Contains(dirs, Parent(p)) {
			mine = append(mine, p)
		}
	}
	return mine, nil
}

// concern picks what a module does with a source.
func concern(facts *terraform.Module, s *stream.Source) (readers, resets []any) {
	for _, read := range facts.Reads {
		if read.Path != nil && *read.Path == s.CatalogPath {
			readers = append(readers, map[string]any{"address": read.From, "at": position(read.At.Path, read.At.Line, read.At.Column)})
		}
	}
	for _, reset := range facts.Resets {
		if slices.Contains(reset.Directories, s.Path) {
			entry, err := plain(reset)
			if err == nil {
				resets = append(resets, entry)
			}
		}
	}
	return readers, resets
}

// roots are the root modules that read the streams: those of the layout, or any
// when the layout names none that exists.
func (v *View) roots() ([]string, error) {
	var roots []string
	for _, dir := range v.Layout.Terraform {
		facts, err := v.Facts(dir)
		if err != nil {
			return nil, err
		}
		if facts != nil {
			roots = append(roots, dir)
		}
	}
	if len(roots) > 0 {
		return roots, nil
	}
	return v.ModuleDirs()
}
