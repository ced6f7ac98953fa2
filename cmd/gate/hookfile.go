package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/report"
)

// hookPlace is where a repository's hooks lie.
type hookPlace struct {
	dir  string
	bare bool
}

// findHooks asks git where it looks for hooks: worktrees, bare repositories and
// core.hooksPath are its matter. A core.hooksPath that is not the repository's own
// belongs to others too, so that nothing is written there unasked.
func findHooks(ctx context.Context, repository, dir string) (hookPlace, error) {
	if dir != "" {
		return hookPlace{dir: dir}, nil
	}
	bare, err := askGit(ctx, repository, "rev-parse", "--is-bare-repository")
	if err != nil {
		return hookPlace{}, usageError{err}
	}
	hooks, err := askGit(ctx, repository, "rev-parse", "--git-path", "hooks")
	if err != nil {
		return hookPlace{}, usageError{err}
	}
	if !filepath.IsAbs(hooks) {
		hooks = filepath.Join(repository, hooks)
	}
	// "<scope>\t<value>"; git fails when it is not set.
	if set, err := askGit(ctx, repository, "config", "--show-scope", "--get", "core.hooksPath"); err == nil {
		if scope, value, _ := strings.Cut(set, "\t"); scope != "local" && scope != "worktree" {
			return hookPlace{}, usagef("core.hooksPath is %s for all repositories (%s): name it with --dir to have the gate in all of them, "+
				"or give this one its own with `git config core.hooksPath %s`", value, scope, filepath.Join("$(git rev-parse --git-common-dir)", "hooks"))
		}
	}
	return hookPlace{dir: hooks, bare: bare == "true"}, nil
}

func askGit(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", fmt.Errorf("git %s: %s", strings.Join(args, " "), strings.TrimSpace(string(failed.Stderr)))
	}
	return strings.TrimSuffix(string(out), "\n"), err
}

const hookHead = "#!/bin/sh\n# Written by `gate hook install`; `gate hook uninstall` removes it.\nexec "

// text is the hook's script. The program is named by its path, for hooks run with
// whatever PATH a server or an editor has.
func (h gitHook) text() (string, error) {
	program, err := exec.LookPath("gate")
	if err != nil {
		program, err = os.Executable()
	}
	if err == nil {
		program, err = filepath.Abs(program)
	}
	return hookHead + "'" + strings.ReplaceAll(program, "'", `'\''`) + "' " + h.command + "\n", err
}

// wrote tells whether a script is what install writes, for whichever program.
func (h gitHook) wrote(script string) bool {
	own := regexp.MustCompile("^" + regexp.QuoteMeta(hookHead) + `'[^\n]*' ` + regexp.QuoteMeta(h.command) + "\n$")
	return own.MatchString(script)
}

// file is where the gate's script for a hook belongs, and what lies there now. Beside
// a hook that runs all of a directory, it belongs in that.
func (p hookPlace) file(h gitHook) (name, script string, err error) {
	name = filepath.Join(p.dir, h.name)
	if strings.HasSuffix(p.dir, h.name+".d") {
		name = filepath.Join(p.dir, "lotus-gate")
	}
	script, err = readScript(name)
	if err != nil || script == "" || h.wrote(script) {
		return name, script, err
	}
	parts := name + ".d"
	if info, err := os.Stat(parts); err == nil && info.IsDir() && runsParts.MatchString(script) {
		name = filepath.Join(parts, "lotus-gate")
		script, err = readScript(name)
		return name, script, err
	}
	return name, script, nil
}

// runsParts matches hooks that run what lies in a directory of their name with .d, in
// the ways in which they write that.
var runsParts = regexp.MustCompile(`(\$\{?\w+\}?|pre-[a-z]+)["']*\.d\b`)

func readScript(name string) (string, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(data), err
}

func installHook(p hookPlace, h gitHook) (string, error) {
	text, err := h.text()
	if err != nil {
		return "", err
	}
	name, script, err := p.file(h)
	switch {
	case err != nil:
		return "", err
	case script == text:
		return report.Visible(name) + ": there already", nil
	case script != "" && !h.wrote(script):
		line := strings.TrimSpace(strings.TrimPrefix(text, hookHead)) + " || exit"
		return "", takenError{fmt.Errorf("%s is there already and stays as it is; have it run this line%s", name, stdinNote(h)), line}
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
		return "", err
	}
	return report.Visible(name) + ": written", os.Chmod(name, 0o755)
}

// takenError is that another hook is there, and what its owner may add to it.
type takenError struct {
	error
	line string
}

// stdinNote reminds of what a hook reads once only.
func stdinNote(h gitHook) string {
	if h.name == "pre-commit" {
		return ""
	}
	return ", with the lines that git gives it on standard input"
}

var runsGate = regexp.MustCompile(`\bgate['"]? (check|pre-push|pre-receive)\b`)

func uninstallHook(p hookPlace, h gitHook) (string, error) {
	name, script, err := p.file(h)
	switch {
	case err != nil || script == "":
		return "", err
	case !h.wrote(script):
		if runsGate.MatchString(script) {
			return report.Visible(name) + ": is not as install wrote it, and stays", nil
		}
		return "", nil
	}
	return report.Visible(name) + ": removed", os.Remove(name)
}
