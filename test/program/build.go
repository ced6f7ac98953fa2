// Package program builds the project's programs for tests.
package program

import (
	"context"
	"fmt"
	"os/exec"
	"runtime/debug"
	"slices"
)

// Build a command of the project, by its import path or relative directory, into a file. It is built with the race detector when the
// caller is: races in the program are seen, and what both are made of is compiled once.
func Build(ctx context.Context, file, command string) error {
	args := []string{"build", "-buildvcs=false", "-o", file}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	if out, err := exec.CommandContext(ctx, "go", append(args, command)...).CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", command, err, out)
	}
	return nil
}
