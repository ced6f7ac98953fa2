package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/lotus-lake/lotus-gate/test/bench/install"
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

// installTools builds gate as it is now, and the peers when they are not there.
func installTools(ctx context.Context) (tools, error) {
	root, err := install.Root(ctx)
	if err != nil {
		return tools{}, err
	}
	t := tools{cache: filepath.Join(root, ".cache")}
	if t.self, err = os.Executable(); err != nil {
		return t, err
	}
	bin := filepath.Join(t.cache, "bin")
	if t.gate, err = install.Ours(ctx, bin, "gate"); err != nil {
		return t, err
	}
	for module, path := range map[string]*string{gitleaksModule: &t.gitleaks, conftestModule: &t.conftest, opaModule: &t.opa} {
		if *path, err = install.Peer(ctx, bin, module); err != nil {
			return t, err
		}
	}
	return t, nil
}
