//go:build man

package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
)

// extra are commands that only packagers need: what they link would make every hook
// slower. `go run -tags man ./cmd/gate man DIR` has them.
func extra() []*cobra.Command {
	return []*cobra.Command{{
		Use:    "man DIR",
		Short:  "Write the manual pages of all commands",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := cmd.Root()
			root.InitDefaultCompletionCmd()
			for _, c := range all(root) {
				c.DisableAutoGenTag = true // a date would be another one at every build
			}
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "lotus-gate " + version.String(), Manual: "lotus-gate"}, args[0])
		},
	}}
}
