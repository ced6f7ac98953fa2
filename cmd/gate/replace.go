package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// replaceFile gives a file below a directory other content, or removes it (nil). No
// reader ever sees half of it, its mode stays, and no link leads the write
// elsewhere.
func replaceFile(dir, name string, data []byte) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	target, mode := filepath.FromSlash(name), fs.FileMode(0o644)
	switch info, err := root.Lstat(target); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("write %s: it is no regular file", name)
	default:
		mode = info.Mode().Perm()
	}
	if data == nil {
		return root.Remove(target)
	}
	temporary := filepath.Join(filepath.FromSlash(path.Dir(name)), fmt.Sprintf(".gate-%d", os.Getpid()))
	if err := root.WriteFile(temporary, data, mode); err != nil {
		return err
	}
	if err := errors.Join(root.Chmod(temporary, mode), root.Rename(temporary, target)); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return nil
}
