package lake

import (
	"bytes"
	"path"

	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// FlagCache remembers, by the id of a source's directory, whether a backfill
// flag is on in it, so that a push costs nothing for the sources that it leaves
// alone. It is safe for concurrent use.
type FlagCache interface {
	Lookup(dirID string) (on, ok bool)
	Store(dirID string, on bool)
}

// HasFlag reports whether any stream of a source has, or could have, its backfill
// flag on.
func (v *View) HasFlag(source string) (bool, error) {
	dir, ok, err := v.Entry(path.Join(v.Layout.Streams, source))
	if err != nil || !ok {
		return false, err
	}
	cached := v.Flags != nil && dir.ID != ""
	if cached {
		if on, ok := v.Flags.Lookup(dir.ID); ok {
			return on, nil
		}
	}
	on, err := v.anyFlag(dir.Path)
	if err == nil && cached {
		v.Flags.Store(dir.ID, on)
	}
	return on, err
}

func (v *View) anyFlag(dir string) (bool, error) {
	entries, err := v.List(dir)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if e.Mode != Regular || !stream.IsConfig(path.Base(e.Path)) {
			continue
		}
		data, err := v.Read(e)
		if _, unknown := uninspected(err); unknown {
			return true, nil // nobody can tell that it is off
		}
		if err != nil {
			return false, err
		}
		// The key can also be spelt with escapes.
		if (bytes.Contains(data, []byte("backfill")) || bytes.IndexByte(data, '\\') >= 0) && stream.Read(e.Path, data).Backfill() {
			return true, nil
		}
	}
	return false, nil
}
