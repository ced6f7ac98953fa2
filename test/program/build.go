// Package program builds the project's programs for tests.
package program

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
)

// Build commands of the project, by their relative directories, into a directory. They are built with the race detector when the
// caller is: races in them are seen, and what all are made of is compiled once.
func Build(ctx context.Context, dir string, commands ...string) error {
	args := []string{"build", "-buildvcs=false", "-o", dir + string(filepath.Separator)}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	if out, err := exec.CommandContext(ctx, "go", append(args, commands...)...).CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", commands, err, out)
	}
	return nil
}
