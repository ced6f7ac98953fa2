package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Repo is an open repository.
type Repo struct {
	gitDir    string // of this working tree
	commonDir string // shared by all working trees
	workTree  string // empty if bare
	indexPath string
	ignores   func() []string // files of patterns beside .gitignore, least important first
	partial   bool            // some objects are only promised by a remote
	shallow   map[Hash]bool
	objects   *store
}

// Open opens the repository that contains dir, or that dir is, if it is bare. getenv is asked for the variables that git
// sets for hooks or users for git: GIT_DIR, GIT_COMMON_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_OBJECT_DIRECTORY,
// GIT_ALTERNATE_OBJECT_DIRECTORIES, GIT_QUARANTINE_PATH, GIT_SHALLOW_FILE, and for where the user's settings are (HOME,
// XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM, GIT_CONFIG_NOSYSTEM); relative paths in them are seen from dir.
// Without a repository the error is ErrNotRepository; a feature that cannot be read is an *UnsupportedError.
func Open(dir string, getenv func(string) string) (*Repo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	from := func(path string) string { return resolve(dir, path) }
	r := &Repo{}
	if r.gitDir = getenv("GIT_DIR"); r.gitDir != "" {
		r.gitDir = from(r.gitDir)
		if target, ok, err := readGitFile(r.gitDir); err != nil {
			return nil, err
		} else if ok {
			r.gitDir = target
		}
		if !isGitDir(r.gitDir) {
			return nil, fmt.Errorf("GIT_DIR %s: %w", r.gitDir, ErrNotRepository)
		}
		r.workTree = dir
	} else if r.gitDir, r.workTree, err = discover(dir); err != nil {
		return nil, err
	}
	if r.commonDir, err = commonDirOf(r.gitDir, getenv("GIT_COMMON_DIR"), from); err != nil {
		return nil, err
	}
	if err := r.configure(getenv, from); err != nil {
		return nil, err
	}
	if r.shallow, err = readShallow(firstOf(from, getenv("GIT_SHALLOW_FILE"), filepath.Join(r.commonDir, "shallow"))); err != nil {
		return nil, err
	}
	r.indexPath = firstOf(from, getenv("GIT_INDEX_FILE"), filepath.Join(r.gitDir, "index"))
	dirs, err := objectDirs(r.commonDir, getenv, from)
	if err != nil {
		return nil, err
	}
	r.objects = newStore(dirs, getenv("GIT_QUARANTINE_PATH") != "", r.partial)
	return r, nil
}

// Close lets go of the files that reading opened. Nothing may read from the repository any more.
func (r *Repo) Close() error { return r.objects.close() }

// WorkTree returns the absolute path of the working tree, or "" if the repository is bare.
func (r *Repo) WorkTree() string { return r.workTree }

// GitDir returns the absolute path of the repository's own directory.
func (r *Repo) GitDir() string { return r.gitDir }

func resolve(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// firstOf returns path if it is set, seen from the directory of Open, else fallback.
func firstOf(from func(string) string, path, fallback string) string {
	if path == "" {
		return fallback
	}
	return from(path)
}

// discover looks for a repository in dir and its parents, as git does: a .git directory or file, or a bare repository.
func discover(dir string) (gitDir, workTree string, err error) {
	for at := dir; ; {
		dotGit := filepath.Join(at, ".git")
		target, ok, err := readGitFile(dotGit)
		switch {
		case err != nil:
			return "", "", err
		case ok && !isGitDir(target):
			return "", "", fmt.Errorf("%s points to %s: %w", dotGit, target, ErrNotRepository)
		case ok:
			return target, at, nil
		case isGitDir(dotGit):
			return dotGit, at, nil
		case isGitDir(at):
			return at, "", nil
		}
		parent := filepath.Dir(at)
		if parent == at {
			return "", "", fmt.Errorf("%s: %w", dir, ErrNotRepository)
		}
		at = parent
	}
}

// readGitFile reads a .git file, which submodules and linked working trees have; ok is false if path is no file.
func readGitFile(path string) (target string, ok bool, err error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return "", false, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", false, fmt.Errorf("read .git file: %w", err)
	}
	target, ok = strings.CutPrefix(strings.TrimRight(string(data), "\r\n"), "gitdir: ")
	if !ok {
		return "", false, corrupt(path, "not a .git file")
	}
	return resolve(filepath.Dir(path), target), true, nil
}

// isGitDir tells whether a directory looks like a repository, by what git looks for.
func isGitDir(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, "HEAD")); err != nil {
		return false
	}
	common, err := commonDirOf(dir, "", nil)
	if err != nil {
		return false
	}
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(common, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// commonDirOf returns the directory that holds what linked working trees share.
func commonDirOf(gitDir, env string, from func(string) string) (string, error) {
	if env != "" {
		return from(env), nil
	}
	data, err := os.ReadFile(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, fs.ErrNotExist) {
		return gitDir, nil
	}
	if err != nil {
		return "", fmt.Errorf("read commondir: %w", err)
	}
	return resolve(gitDir, strings.TrimRight(string(data), "\r\n")), nil
}

// readShallow reads the commits whose parents a shallow repository does not have.
func readShallow(path string) (map[Hash]bool, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read shallow boundary: %w", err)
	}
	shallow := make(map[Hash]bool)
	for line := range strings.Lines(string(data)) {
		h, err := ParseHash(strings.TrimSpace(line))
		if err != nil {
			return nil, corrupt(path, "shallow boundary: %w", err)
		}
		shallow[h] = true
	}
	return shallow, nil
}
