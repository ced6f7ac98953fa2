// Package install builds what the benchmarks run: our own programs as they are now, and their peers once.
package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Root is the directory of the project.
func Root(ctx context.Context) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the project: %w", err)
	}
	return strings.TrimSpace(string(root)), nil
}

// Ours builds a command of ours, such as "gate", into bin and gives its path.
func Ours(ctx context.Context, bin, name string) (string, error) {
	program := filepath.Join(bin, name)
	return program, Go(ctx, bin, "build", "-o", program, "github.com/lotus-lake/lotus-gate/cmd/"+name)
}

// major is the last element of the path of a module from version 2 on.
var major = regexp.MustCompile(`/v\d+$`)

// Peer is the path of the command that a module (path@version) has at its root, named for its version; it is installed when
// it is not there.
func Peer(ctx context.Context, bin, module string) (string, error) {
	name, version, _ := strings.Cut(module, "@")
	name = path.Base(major.ReplaceAllString(name, ""))
	program := filepath.Join(bin, name+"-"+version)
	if _, err := os.Stat(program); !errors.Is(err, fs.ErrNotExist) {
		return program, err
	}
	fmt.Fprintf(os.Stderr, "install %s\n", module)
	if err := Go(ctx, bin, "install", module); err != nil {
		return "", err
	}
	return program, os.Rename(filepath.Join(bin, name), program)
}

// Go runs the go command; what it installs goes into bin.
func Go(ctx context.Context, bin string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOBIN="+bin)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return nil
}
