package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// configure reads the settings that decide whether and how the repository can be read.
func (r *Repo) configure(getenv func(string) string, from func(string) string) error {
	own, err := readConfig(filepath.Join(r.commonDir, "config"))
	if err != nil {
		return err
	}
	extensions := own.Section("extensions")
	if err := checkFormat(own, extensions); err != nil {
		return err
	}
	configs := []*config.Config{own}
	if isTrue(extensions.Option("worktreeconfig")) {
		linked, err := readConfig(filepath.Join(r.gitDir, "config.worktree"))
		if err != nil {
			return err
		}
		configs = append(configs, linked)
	}
	r.partial = extensions.HasOption("partialclone")
	core := func(option string) (value string, found bool) {
		for _, c := range configs {
			if s := c.Section("core"); s.HasOption(option) {
				value, found = s.Option(option), true
			}
		}
		return value, found
	}
	if path := getenv("GIT_WORK_TREE"); path != "" {
		r.workTree = from(path)
	} else if path, ok := core("worktree"); ok {
		r.workTree = resolve(r.gitDir, path)
	} else if bare, ok := core("bare"); ok && isTrue(bare) && r.gitDir == r.commonDir {
		r.workTree = ""
	}
	r.ignores = func() []string { return ignoreFiles(getenv, from, core, r.commonDir) }
	return nil
}

// checkFormat refuses repositories of a format this package cannot read.
func checkFormat(own *config.Config, extensions *config.Section) error {
	switch version := own.Section("core").Option("repositoryformatversion"); version {
	case "", "0", "1":
	default:
		return &UnsupportedError{"repository format version " + version, "use a repository of format version 0 or 1"}
	}
	for _, option := range extensions.Options {
		value := strings.ToLower(option.Value)
		switch key := strings.ToLower(option.Key); key {
		case "noop", "noop-v1", "preciousobjects", "partialclone", "worktreeconfig", "relativeworktrees":
		case "objectformat":
			if value != "sha1" {
				return &UnsupportedError{
					"object format " + value + " (extensions.objectFormat)",
					"use a repository made with `git init --object-format=sha1`",
				}
			}
		case "refstorage":
			if value != "files" {
				return &UnsupportedError{
					"reference storage " + value + " (extensions.refStorage)",
					"convert it with `git refs migrate --ref-format=files`",
				}
			}
		default:
			return &UnsupportedError{"repository extension " + key, "use a repository without extensions." + key}
		}
	}
	return nil
}

func isTrue(value string) bool {
	switch strings.ToLower(value) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}

// readConfig reads a configuration file; one that is not there is empty.
func readConfig(path string) (*config.Config, error) {
	c := config.New()
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if err := config.NewDecoder(bytes.NewReader(data)).Decode(c); err != nil {
		return nil, corrupt(path, "configuration: %w", err)
	}
	return c, nil
}

// ignoreFiles lists the files of patterns that hold beside .gitignore, least important first: the user's
// (core.excludesFile, by default git/ignore in the user's configuration directory) and the repository's info/exclude.
// Settings that an include directive would bring are not read, nor is a user's configuration that cannot be parsed: the
// worst that follows is that too many files count as untracked.
func ignoreFiles(getenv, from func(string) string, core func(string) (string, bool), commonDir string) []string {
	path, ok := core("excludesfile")
	if !ok {
		for _, file := range userConfigs(getenv, from) {
			c, err := readConfig(file)
			if err != nil {
				continue
			}
			if s := c.Section("core"); s.HasOption("excludesfile") {
				path, ok = s.Option("excludesfile"), true
			}
		}
	}
	if !ok {
		path = filepath.Join(configHome(getenv), "git", "ignore")
	}
	if rest, home := strings.CutPrefix(path, "~/"); home {
		path = filepath.Join(getenv("HOME"), rest)
	}
	files := []string{filepath.Join(commonDir, "info", "exclude")}
	if path != "" {
		files = append([]string{from(path)}, files...)
	}
	return files
}

// userConfigs lists the configuration files outside of the repository, least important first.
func userConfigs(getenv, from func(string) string) []string {
	var files []string
	if !isTrue(getenv("GIT_CONFIG_NOSYSTEM")) {
		files = append(files, firstOf(from, getenv("GIT_CONFIG_SYSTEM"), "/etc/gitconfig"))
	}
	if global := getenv("GIT_CONFIG_GLOBAL"); global != "" {
		return append(files, from(global))
	}
	return append(files, filepath.Join(configHome(getenv), "git", "config"), filepath.Join(getenv("HOME"), ".gitconfig"))
}

func configHome(getenv func(string) string) string {
	if dir := getenv("XDG_CONFIG_HOME"); dir != "" {
		return dir
	}
	return filepath.Join(getenv("HOME"), ".config")
}
