package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/validate/check"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/report"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

func newCatalog() *cobra.Command {
	var write, checkOnly bool
	var configFile string
	cmd := &cobra.Command{
		Use:   "catalog [DIR]",
		Short: "Compare the Airbyte catalogs with what the stream configurations say, or write them",
		Long: "catalog renders <streams>/<source>/_catalog.json from the stream configurations and discovered schemas, byte for byte as\n" +
			"the lake's generator does. --check (the default) tells which are stale and how they differ; --write writes them.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			flags := judgeFlags{config: configFile}
			settings, err := flags.loadConfig(func() ([]byte, error) { return configIn(dir) })
			if err != nil {
				return err
			}
			return catalogs(cmd, dir, settings, write)
		},
	}
	cmd.Flags().BoolVar(&checkOnly, "check", false, "tell which catalogs are stale (default)")
	cmd.Flags().BoolVar(&write, "write", false, "write the catalogs")
	cmd.MarkFlagsMutuallyExclusive("check", "write")
	cmd.Flags().StringVarP(&configFile, "config", "c", "", "configuration file (default: "+config.File+" of DIR)")
	return cmd
}

// catalogs goes through every source: exit 1 when one is stale, 3 when one
// cannot be rendered.
func catalogs(cmd *cobra.Command, dir string, settings config.Config, write bool) error {
	out := cmd.OutOrStdout()
	tree, err := check.Directory(cmd.Context(), dir, nil, settings.Limits.Blob)
	if err != nil {
		return usageError{err}
	}
	view := lake.NewView(tree, lake.Settings{Layout: settings.Layout})
	sources, err := view.Sources(nil)
	if err != nil {
		return err
	}
	if len(sources) == 0 {
		return usagef("no stream configurations in %s: set layout.streams in %s", filepath.Join(dir, settings.Layout.Streams), config.File)
	}
	code := report.ExitClean
	for _, source := range sources {
		c, err := view.Catalog(source)
		if err != nil {
			return err
		}
		name := report.Visible(c.Path)
		switch {
		case c.State == stream.CatalogNone:
			fmt.Fprintf(out, "%s: not needed, dlt loads this source\n", name)
		case c.Err != nil:
			fmt.Fprintf(out, "%s: cannot be rendered: %s\n", name, report.Visible(c.Err.Error()))
			code = report.ExitUndecided
		case c.State == stream.CatalogFresh:
			fmt.Fprintf(out, "%s: fresh\n", name)
		case write:
			if err := replaceFile(dir, c.Path, c.Rendered); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s: written\n", name)
		default:
			fmt.Fprintf(out, "%s: stale\n", name)
			for _, d := range differences(c) {
				fmt.Fprintf(out, "  %s\n", report.Visible(d))
			}
			code = max(code, report.ExitFindings)
		}
	}
	if code == report.ExitFindings {
		fmt.Fprintln(out, "run `gate catalog --write` and commit the result")
	}
	if code != report.ExitClean {
		return exit(code)
	}
	return nil
}

// differences say why a catalog is not as it should be.
func differences(c lake.Catalog) []string {
	switch c.State {
	case stream.CatalogMissing:
		return []string{"there is no catalog yet"}
	case stream.CatalogOrphan:
		return []string{"the source has no streams any more"}
	}
	return c.Differences
}
