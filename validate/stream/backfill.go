package stream

import (
	"fmt"
	"slices"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// backfill describes each flag that is on now.
func (s Source) backfill(before map[string]File) ([]any, error) {
	flags := []any{}
	for _, file := range s.Streams {
		if !file.Backfill() {
			continue
		}
		var setting Setting
		if s.Since != nil {
			var err error
			if setting, err = s.Since(file.Path); err != nil {
				return nil, fmt.Errorf("history of the backfill flag in %s: %w", file.Path, err)
			}
		}
		base, known := before[file.Path]
		line, column, _ := file.Root.Find([]any{"backfill"})
		flag := map[string]any{
			"stream": file.Name(), "at": place(file.Path, line, column), "connector": file.Connector(),
			"since": nil, "set_by": nil, "age_seconds": 0, "shallow": setting.Shallow,
			"new":      s.HasBase && !(known && base.Backfill()),
			"siblings": s.siblings(file),
		}
		if !setting.When.IsZero() {
			flag["since"] = setting.When.UTC().Format(time.RFC3339)
			flag["age_seconds"] = int(max(0, s.Now.Sub(setting.When)/time.Second))
		}
		if setting.Commit != "" {
			flag["set_by"] = setting.Commit
		}
		flags = append(flags, flag)
	}
	return flags, nil
}

// siblings are the other streams that a reset of the connection would load again: those of
// Airbyte that are selected, for others are in no sync.
func (s Source) siblings(file File) []any {
	names := []any{}
	for _, other := range s.Streams {
		if other.Path != file.Path && other.Connector() == "airbyte" && other.Selected() {
			names = append(names, other.Name())
		}
	}
	return names
}

// resetNow names the streams whose flag the change turned off, by deletion too.
func (s Source) resetNow() []any {
	names := []any{}
	for _, file := range s.Base {
		on := slices.ContainsFunc(s.Streams, func(now File) bool { return now.Path == file.Path && now.Backfill() })
		if file.Backfill() && !on {
			names = append(names, file.Name())
		}
	}
	return names
}

// changed drops from the touched paths the stream files of which the change altered the
// flag alone. Other formatting is no alteration; another order of keys is, for it alters
// the catalog.
func (s Source) changed(before map[string]File) []any {
	now := map[string]File{}
	for _, file := range s.Streams {
		now[file.Path] = file
	}
	paths := []any{}
	for _, path := range s.Touched {
		old, had := before[path]
		file, has := now[path]
		if had && has && old.Root != nil && file.Root != nil && apartFromFlag(old.Root) == apartFromFlag(file.Root) {
			continue
		}
		paths = append(paths, path)
	}
	return paths
}

// apartFromFlag spells a configuration without its backfill flag.
func apartFromFlag(root *parse.Node) string {
	rest := *root
	rest.Members = slices.DeleteFunc(slices.Clone(root.Members), func(m parse.Member) bool { return m.Key == "backfill" })
	return string(dump(nil, &rest, -1))
}
