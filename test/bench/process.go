package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// process is a command to run and measure.
type process struct {
	dir   string
	args  []string
	stdin []byte
	exits []int // what it may exit with; none: 0
}

// usage is what one run took. CPU and memory are those of the process and of all its
// children that it waited for; memory is the peak of the largest of them, in bytes, and at
// least what the benchmark itself holds (about 15 MiB).
type usage struct {
	Wall, CPU time.Duration
	Memory    int64
}

// measured runs the process to its end.
func (p process) measured(ctx context.Context) (usage, error) {
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Dir, cmd.Env = p.dir, cleanEnv()
	cmd.Stdin = bytes.NewReader(p.stdin)
	var said bytes.Buffer
	cmd.Stderr = &said
	// Standard output goes to /dev/null, for every command alike.
	begun := time.Now()
	err := cmd.Run()
	wall := time.Since(begun)
	if cmd.ProcessState == nil {
		return usage{}, fmt.Errorf("run %s: %w", p.args[0], err)
	}
	code := cmd.ProcessState.ExitCode()
	if code != 0 && !slices.Contains(p.exits, code) {
		return usage{}, fmt.Errorf("%s: %w\n%s", strings.Join(p.args, " "), err, said.String())
	}
	return usageOf(cmd.ProcessState, wall), nil
}

func usageOf(state *os.ProcessState, wall time.Duration) usage {
	u := usage{Wall: wall, CPU: state.UserTime() + state.SystemTime()}
	if r, ok := state.SysUsage().(*syscall.Rusage); ok {
		u.Memory = int64(r.Maxrss) * 1024 //nolint:unconvert // KiB on Linux; 32 bits on some architectures
	}
	return u
}

// cleanEnv is the environment without what would change git's or a peer's behaviour.
func cleanEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "GIT_") || strings.HasPrefix(entry, "GITLEAKS_") || strings.HasPrefix(entry, "CONFTEST_")
	})
	return append(env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0")
}

// git runs git for its effect or its output, unmeasured.
func git(ctx context.Context, dir string, stdin []byte, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, cleanEnv(), bytes.NewReader(stdin)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return strings.TrimSpace(string(out)), nil
}
