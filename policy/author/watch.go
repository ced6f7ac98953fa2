package author

import (
	"context"
	"io/fs"
	"maps"
	"path/filepath"
	"time"
)

// look is how often Watch looks.
const look = 300 * time.Millisecond

// Watch calls at once, and again whenever a file under the paths has changed, also
// during a call, until the context ends. It looks at times and sizes, which works on
// every file system.
func Watch(ctx context.Context, paths []string, call func()) {
	was := stamps(paths)
	call()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if is := stamps(paths); !maps.Equal(was, is) {
			was = is
			call()
		}
	}
}

type stamp struct {
	when time.Time
	size int64
}

func stamps(paths []string) map[string]stamp {
	all := map[string]stamp{}
	for _, path := range paths {
		_ = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return nil //nolint:nilerr // what went away meanwhile is a change as well
			}
			if info, err := entry.Info(); err == nil {
				all[name] = stamp{info.ModTime(), info.Size()}
			}
			return nil
		})
	}
	return all
}
