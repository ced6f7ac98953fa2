package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptCommands are the words that scripts have beside those of testscript.
func scriptCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"exits": exits, "steady": steady, "server": server, "lake": lakeRepository, "addline": addLine,
		"sshkey": sshKey, "pgpkey": pgpKey, "expand": expandFile, "forge": forge,
	}
}

// exits runs a command and compares its exit code: exits CODE COMMAND [ARG...].
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// unsteady is what differs between two equal runs, and what stands for it.
var unsteady = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?m)(documents?|commits?), [0-9.]+(ms|s|m[0-9]+s)(")?$`), "$1, TIME$3"},
	{regexp.MustCompile(`"duration_ms": ?[0-9]+`), `"duration_ms": 0`},
	{regexp.MustCompile(`time="[0-9.]+"`), `time="0"`},
	{regexp.MustCompile(`("name": "lotus-gate",\s*"version": )"[^"]*"`), `$1"VERSION"`},
}

// steady copies a file, or stdout, without durations and versions, so that it
// can be compared: steady FROM TO.
func steady(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: steady FROM TO")
	}
	text := ts.ReadFile(args[0])
	for _, u := range unsteady {
		text = u.pattern.ReplaceAllString(text, u.instead)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

// server makes a bare repository that the gate guards: server DIR [FLAG...].
func server(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: server DIR [FLAG...]")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(ts.Exec("git", "init", "-q", "--bare", "-b", "main", dir))
	ts.Check(writeHook(dir, args[1:]...))
}

// writeHook makes `gate pre-receive` with some flags the hook of a repository.
func writeHook(repository string, flags ...string) error {
	line := "exec gate pre-receive --no-color"
	for _, f := range flags {
		line += fmt.Sprintf(" '%s'", f)
	}
	hook := filepath.Join(repository, "hooks", "pre-receive")
	if err := os.MkdirAll(filepath.Dir(hook), 0o755); err != nil {
		return err
	}
	return os.WriteFile(hook, []byte("#!/bin/sh\n"+line+"\n"), 0o755)
}

// lakeRepository commits the example lake in a new repository: lake DIR.
func lakeRepository(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lake DIR")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(ts.Exec("git", "init", "-q", "-b", "main", dir))
	ts.Check(os.CopyFS(dir, os.DirFS(examplesDir("lake"))))
	ts.Check(ts.Exec("git", "-C", dir, "add", "-A"))
	ts.Check(ts.Exec("git", "-C", dir, "commit", "-q", "-m", "The lake"))
}

// addLine appends the last line of a file, or of stderr, to another: addline FROM TO.
func addLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: addline FROM TO")
	}
	lines := strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")
	text := ts.ReadFile(args[1]) + strings.TrimSpace(lines[len(lines)-1]) + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o755))
}
