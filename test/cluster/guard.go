package cluster

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// guard is a shell that waits for the end of its standard input, which comes when this program closes it or ends, even by a
// panic, a test's timeout or a kill. It then kills what pid files name and removes the directory. Without it an interrupted test
// would leave a cluster running.
type guard struct {
	cmd   *exec.Cmd
	input io.Closer
}

const guardScript = `cat >/dev/null
for f in "$1"/*.pid; do test -f "$f" && kill -9 "$(cat "$f")"; done 2>/dev/null
rm -rf "$1"`

func startGuard(dir string) (*guard, error) {
	cmd := exec.Command("sh", "-c", guardScript, "guard", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the terminal is not for it
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start guard: %w", err)
	}
	return &guard{cmd: cmd, input: input}, nil
}

// release lets the guard clean up and waits for it.
func (g *guard) release() error {
	if g.input == nil {
		return nil
	}
	err := g.input.Close()
	g.input = nil
	if err != nil {
		return fmt.Errorf("release guard: %w", err)
	}
	if err := g.cmd.Wait(); err != nil {
		return fmt.Errorf("clean up: %w", err)
	}
	return nil
}

// guarded returns a program that does what the one at path does, having left its process id for the guard.
func guarded(dir, name, path string) (string, error) {
	wrapper := filepath.Join(dir, "run-"+name)
	script := fmt.Sprintf("#!/bin/sh\necho $$ >%q\nexec %q \"$@\"\n", filepath.Join(dir, name+".pid"), path)
	if err := os.WriteFile(wrapper, []byte(script), 0o700); err != nil {
		return "", fmt.Errorf("prepare %s: %w", name, err)
	}
	return wrapper, nil
}

// forget removes the process id of a program that has ended, for another may get it.
func forget(dir, name string) error {
	if err := os.Remove(filepath.Join(dir, name+".pid")); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("forget %s: %w", name, err)
	}
	return nil
}
