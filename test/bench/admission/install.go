package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/lotus-lake/lotus-gate/test/bench/install"
)

const gatekeeperModule = "github.com/open-policy-agent/gatekeeper/v3@v3.23.1"

// tools are the programs, and where their files are.
type tools struct {
	root, dir           string // of the project; of this run, temporary
	self, webhook       string
	gatekeeper          string
	gatekeeperManifests string
}

// installTools builds the webhook as it is now, and Gatekeeper when it is not there.
func installTools(ctx context.Context) (t tools, err error) {
	if t.root, err = install.Root(ctx); err != nil {
		return t, err
	}
	if t.self, err = os.Executable(); err != nil {
		return t, err
	}
	bin := filepath.Join(t.root, ".cache", "bin")
	if t.webhook, err = install.Ours(ctx, bin, "webhook"); err != nil {
		return t, err
	}
	if t.gatekeeper, err = install.Peer(ctx, bin, gatekeeperModule); err != nil {
		return t, err
	}
	listed, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", gatekeeperModule).Output()
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
