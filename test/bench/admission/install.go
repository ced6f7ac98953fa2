package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const gatekeeperModule = "github.com/open-policy-agent/gatekeeper/v3"

const gatekeeperVersion = "v3.23.1"

// tools are the programs, and where their files are.
type tools struct {
	root, dir           string // of the project; of this run, temporary
	self, webhook       string
	gatekeeper          string
	gatekeeperManifests string
}

// install builds the webhook as it is now, and Gatekeeper when it is not there.
func install(ctx context.Context) (t tools, err error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return t, fmt.Errorf("find the project: %w", err)
	}
	t.root = strings.TrimSpace(string(root))
	if t.self, err = os.Executable(); err != nil {
		return t, err
	}
	bin := filepath.Join(t.root, ".cache", "bin")
	t.webhook, t.gatekeeper = filepath.Join(bin, "webhook"), filepath.Join(bin, "gatekeeper-"+gatekeeperVersion)
	if err := goTool(ctx, bin, "build", "-o", t.webhook, "github.com/lotus-lake/lotus-gate/cmd/webhook"); err != nil {
		return t, err
	}
	module := gatekeeperModule + "@" + gatekeeperVersion
	if _, err := os.Stat(t.gatekeeper); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(os.Stderr, "install %s\n", module)
		if err := goTool(ctx, bin, "install", module); err != nil {
			return t, err
		}
		if err := os.Rename(filepath.Join(bin, "gatekeeper"), t.gatekeeper); err != nil {
			return t, err
		}
	}
	listed, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", module).Output()
	if err != nil {
		return t, fmt.Errorf("find Gatekeeper's manifests: %w", err)
	}
	var place struct{ Dir string }
	if err := json.Unmarshal(listed, &place); err != nil {
		return t, fmt.Errorf("find Gatekeeper's manifests: %w", err)
	}
	t.gatekeeperManifests = filepath.Join(place.Dir, "deploy", "gatekeeper.yaml")
	t.dir, err = os.MkdirTemp("", "lotus-admission-")
	return t, err
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
