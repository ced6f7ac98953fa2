package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// File is a file of a working tree.
type File struct {
	Path    string // from the directory that was asked for, separated by slashes
	Mode    Mode   // ModeRegular (also of executables), ModeSymlink, or ModeSubmodule for a repository inside this one
	Tracked bool   // in the index
	Ignored bool   // matched by the caller among ignored files
}

// WorkingFiles lists what lies in dir: tracked files, as far as they exist, and untracked ones that are not ignored, as
// `git ls-files --cached --others --exclude-standard` does there, sorted by path. Symlinks are not followed; of submodules
// and other repositories inside, only their place is listed; what is no file, symlink or directory is left out.
//
// Ignored files are listed too, and marked, if wanted is not nil and accepts their path. It is asked about every path in
// ignored directories also, directories having a final slash: for a directory it decides whether to look inside.
//
// r is the repository dir lies in. It may be nil if there is none: .gitignore files in and under dir hold all the same.
func WorkingFiles(ctx context.Context, dir string, r *Repo, wanted func(path string) bool) ([]File, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("list working tree: %w", err)
	}
	w := &workWalk{ctx: ctx, root: dir, wanted: wanted, tracked: make(map[string]IndexEntry), dirs: make(map[string]bool)}
	if r != nil {
		if err := w.use(r); err != nil {
			return nil, fmt.Errorf("list working tree: %w", err)
		}
	}
	top := strings.TrimSuffix(w.prefix, "/")
	w.outer = w.outerIgnores(top)
	err = w.walk(top, w.outer, w.inIgnored)
	if err == nil {
		err = w.trackedInIgnored()
	}
	if err != nil {
		return nil, fmt.Errorf("list working tree: %w", err)
	}
	slices.SortFunc(w.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return w.files, nil
}

type workWalk struct {
	ctx       context.Context
	root      string // of the working tree
	prefix    string // of dir in it, with a final slash, or empty
	wanted    func(string) bool
	tracked   map[string]IndexEntry // not yet met
	dirs      map[string]bool       // that hold tracked files
	outer     []ignoreList
	inIgnored bool // dir itself lies in an ignored directory
	files     []File
}

// use takes the index and the patterns of the repository.
func (w *workWalk) use(r *Repo) error {
	var err error
	if w.root, w.prefix, err = r.locate(w.root); err != nil {
		return err
	}
	entries, err := r.Index()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Path, w.prefix) {
			continue
		}
		w.tracked[e.Path] = e
		for at := parentDir(e.Path); at != "" && !w.dirs[at]; at = parentDir(at) {
			w.dirs[at] = true
		}
	}
	for _, path := range r.ignores() {
		w.outer = append(w.outer, readIgnoreFile(path, "", true))
	}
	return nil
}

// outerIgnores reads the .gitignore files above the directory top, and notes whether they ignore it.
func (w *workWalk) outerIgnores(top string) []ignoreList {
	lists := w.outer
	for i, c := range []byte(top + "/") {
		if top == "" || c != '/' {
			continue
		}
		above := top[:i]
		lists = append(lists, w.gitignore(parentDir(above)))
		if ignored(lists, above, true) {
			w.inIgnored = true
			break
		}
	}
	return lists
}

// Prefix is where in the working tree a directory lies: its path from the root with a final slash, "" for the root.
func (r *Repo) Prefix(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	_, prefix, err := r.locate(dir)
	return prefix, err
}

func (r *Repo) locate(abs string) (root, prefix string, err error) {
	if r.workTree == "" {
		return "", "", errors.New("the repository is bare")
	}
	if root, err = filepath.EvalSymlinks(r.workTree); err != nil {
		return "", "", err
	}
	dir, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", "", err
	}
	rel, err := filepath.Rel(root, dir)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return "", "", fmt.Errorf("%s is outside of the working tree %s", abs, r.workTree)
	}
	if rel == "." {
		return root, "", nil
	}
	return root, filepath.ToSlash(rel) + "/", nil
}

func (w *workWalk) gitignore(dir string) ignoreList {
	base := dir
	if base != "" {
		base += "/"
	}
	return readIgnoreFile(filepath.Join(w.root, dir, ".gitignore"), base, false)
}

// walk lists a directory: all of it, or if it is ignored, only what is wanted of it.
func (w *workWalk) walk(dir string, lists []ignoreList, inIgnored bool) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(w.root, dir))
	if errors.Is(err, fs.ErrNotExist) && dir != strings.TrimSuffix(w.prefix, "/") {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	base := ""
	if dir != "" {
		base = dir + "/"
	}
	if !inIgnored {
		if i, ok := slices.BinarySearchFunc(entries, ".gitignore", func(e fs.DirEntry, n string) int { return strings.Compare(e.Name(), n) }); ok && entries[i].Type().IsRegular() {
			lists = append(lists[:len(lists):len(lists)], w.gitignore(dir))
		}
	}
	for _, e := range entries {
		if e.Name() == ".git" {
			continue
		}
		path := base + e.Name()
		if e.IsDir() {
			err = w.directory(path, lists, inIgnored)
		} else if mode := fileMode(e.Type()); mode != ModeNone {
			w.file(path, mode, lists, inIgnored)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func fileMode(t fs.FileMode) Mode {
	switch {
	case t.IsRegular():
		return ModeRegular
	case t&fs.ModeSymlink != 0:
		return ModeSymlink
	default:
		return ModeNone
	}
}

func (w *workWalk) file(path string, mode Mode, lists []ignoreList, inIgnored bool) {
	if e, ok := w.tracked[path]; ok && e.Mode != ModeSubmodule {
		delete(w.tracked, path)
		w.add(path, mode, true, false)
		return
	}
	if !inIgnored && !ignored(lists, path, false) {
		w.add(path, mode, false, false)
		return
	}
	if w.wants(path) {
		w.add(path, mode, false, true)
	}
}

func (w *workWalk) directory(path string, lists []ignoreList, inIgnored bool) error {
	if e, ok := w.tracked[path]; ok && e.Mode == ModeSubmodule {
		delete(w.tracked, path)
		w.add(path, ModeSubmodule, true, false)
		return nil
	}
	inIgnored = inIgnored || ignored(lists, path, true)
	if inIgnored && !w.wants(path+"/") {
		return nil
	}
	if !w.dirs[path] && isRepository(filepath.Join(w.root, path)) {
		if !inIgnored {
			w.add(path, ModeSubmodule, false, false)
		}
		return nil
	}
	return w.walk(path, lists, inIgnored)
}

func (w *workWalk) wants(path string) bool {
	return w.wanted != nil && w.wanted(path[len(w.prefix):])
}

// isRepository tells whether a directory is the working tree of another repository.
func isRepository(dir string) bool {
	dotGit := filepath.Join(dir, ".git")
	target, isFile, err := readGitFile(dotGit)
	return err != nil || isFile && isGitDir(target) || isGitDir(dotGit)
}

// trackedInIgnored lists the tracked files that the walk did not come by because they lie in ignored directories.
func (w *workWalk) trackedInIgnored() error {
	for path, e := range w.tracked {
		real, err := w.reachable(path)
		if err != nil {
			return err
		}
		switch {
		case real == nil:
		case real.IsDir() && e.Mode == ModeSubmodule:
			w.add(path, ModeSubmodule, true, false)
		case !real.IsDir() && e.Mode != ModeSubmodule && fileMode(real.Mode().Type()) != ModeNone:
			w.add(path, fileMode(real.Mode().Type()), true, false)
		}
	}
	return nil
}

// reachable finds a file without following symlinks on the way to it; nil if there is none.
func (w *workWalk) reachable(path string) (fs.FileInfo, error) {
	for at := parentDir(path); at != ""; at = parentDir(at) {
		info, err := os.Lstat(filepath.Join(w.root, at))
		if err != nil || !info.IsDir() {
			return nil, ignoreAbsent(err)
		}
	}
	info, err := os.Lstat(filepath.Join(w.root, path))
	if err != nil {
		return nil, ignoreAbsent(err)
	}
	return info, nil
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	return err
}

func (w *workWalk) add(path string, mode Mode, tracked, ignored bool) {
	w.files = append(w.files, File{Path: path[len(w.prefix):], Mode: mode, Tracked: tracked, Ignored: ignored})
}

func parentDir(path string) string {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)]
}
