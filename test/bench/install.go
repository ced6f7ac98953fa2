package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The peers, by the module proxy.
const (
	gitleaksModule = "github.com/zricethezav/gitleaks/v8@v8.30.1"
	conftestModule = "github.com/open-policy-agent/conftest@v0.71.1"
	opaModule      = "github.com/open-policy-agent/opa@v1.22.2"
)

// tools are the binaries that the benchmarks run.
type tools struct {
	cache                         string // .cache of the project, absolute
	self                          string // this program
	gate, gitleaks, conftest, opa string
}

// install builds gate as it is now, and the peers when they are not there.
func install(ctx context.Context) (tools, error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return tools{}, fmt.Errorf("find the project: %w", err)
	}
	t := tools{cache: filepath.Join(strings.TrimSpace(string(root)), ".cache")}
	if t.self, err = os.Executable(); err != nil {
		return t, err
	}
	bin := filepath.Join(t.cache, "bin")
	t.gate = filepath.Join(bin, "gate")
	if err := goTool(ctx, bin, "build", "-o", t.gate, "github.com/lotus-lake/lotus-gate/cmd/gate"); err != nil {
		return t, err
	}
	for module, path := range map[string]*string{gitleaksModule: &t.gitleaks, conftestModule: &t.conftest, opaModule: &t.opa} {
		if *path, err = installed(ctx, bin, module); err != nil {
			return t, err
		}
	}
	return t, nil
}

// installed is the path of a module's command, named for its version.
func installed(ctx context.Context, bin, module string) (string, error) {
	name, version, _ := strings.Cut(module, "@")
	name = filepath.Base(strings.TrimSuffix(name, "/v8"))
	path := filepath.Join(bin, name+"-"+version)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	fmt.Fprintf(os.Stderr, "install %s\n", module)
	if err := goTool(ctx, bin, "install", module); err != nil {
		return "", err
	}
	return path, os.Rename(filepath.Join(bin, name), path)
}

func goTool(ctx context.Context, bin string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOBIN="+bin)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return nil
}
