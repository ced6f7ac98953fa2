// Package program builds the project's programs for tests.
package program

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
)

// Build commands of the project, by their relative directories, into a directory. They are built with the race detector when the
// caller is: races in them are seen, and what all are made of is compiled once.
func Build(ctx context.Context, dir string, commands ...string) error {
	var flags []string
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		flags = append(flags, "-race")
	}
	return build(ctx, dir, flags, nil, commands)
}

// Release builds commands as users get them, and as the image's program is built: for tests that start them by the thousand to see
// what they say.
func Release(ctx context.Context, dir string, commands ...string) error {
	return build(ctx, dir, []string{"-ldflags=-s -w"}, Shared(), commands)
}

// Shared are variables under which `go` compiles as the Makefile does for the control plane and the binaries, so that what several
// programs are made of is compiled once. The DWARF that is left out would be stripped anyway.
func Shared() []string {
	return []string{"CGO_ENABLED=0", "GOFLAGS=-buildvcs=false -trimpath -gcflags=all=-dwarf=false"}
}

func build(ctx context.Context, dir string, flags, env, commands []string) error {
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{"build", "-buildvcs=false", "-o", dir + string(filepath.Separator)}, flags, commands)...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", commands, err, out)
	}
	return nil
}
