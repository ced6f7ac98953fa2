package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lotus-lake/lotus-gate/test/program"
)

func TestMain(m *testing.M) {
	testscript.Main(withGate{m}, map[string]func(){"sign-ssh": signSSH, "sign-pgp": signPGP})
}

// withGate runs tests with the gate as users get it in the PATH: they start it some thousand times. What runs at once inside it is
// tested with the race detector in its packages, and as a whole in test/e2e.
type withGate struct{ *testing.M }

func (m withGate) Run() int {
	bin, err := os.MkdirTemp("", "lotus-gate-")
	if cache, failed := os.UserCacheDir(); failed == nil && os.Getenv("GOCACHE") == "" {
		err = errors.Join(err, os.Setenv("GOCACHE", filepath.Join(cache, "go-build")))
	}
	modules, failed := exec.CommandContext(context.Background(), "go", "env", "GOMODCACHE").Output()
	err = errors.Join(err, failed, os.Setenv("GOMODCACHE", strings.TrimSpace(string(modules)))) // tests have a home of their own
	err = errors.Join(err, os.Setenv("XDG_CACHE_HOME", os.DevNull))                             // of ours nothing is remembered between tests
	for _, variable := range program.Shared() {
		name, value, _ := strings.Cut(variable, "=")
		err = errors.Join(err, os.Setenv(name, value))
	}
	if err == nil {
		err = program.Release(context.Background(), bin, ".")
	}
	if err == nil {
		err = os.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.M.Run()
	if err := os.RemoveAll(bin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// TestScript runs testdata/script/*.txtar against the real command. `UPDATE=1 go
// test -run TestScript/NAME ./cmd/gate` rewrites what `cmp` expects.
func TestScript(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                scriptCommands(),
		Setup: func(env *testscript.Env) error {
			for key, value := range gitEnv(env.WorkDir) {
				env.Setenv(key, value)
			}
			env.Setenv("ROOT", root)
			env.Setenv("NO_COLOR", "1")
			return nil
		},
	})
}

// gitEnv keeps git from the user's configuration and makes commits reproducible. Under the race detector a gate would sleep for a
// second before it ends, and tests run thousands.
func gitEnv(home string) map[string]string {
	return map[string]string{
		"HOME": home, "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
		"GIT_AUTHOR_DATE": "2026-06-01T08:00:00Z", "GIT_COMMITTER_DATE": "2026-06-01T08:00:00Z", "LOTUS_GATE_NOW": "2026-06-01T12:00:00Z",
		"GORACE": "atexit_sleep_ms=0",
	}
}
