package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/page"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

func newPolicyDocs() *cobra.Command {
	var dir string
	var check bool
	cmd := &cobra.Command{
		Use:   "docs [PATH...]",
		Short: "Write a page for each of your rules",
		Long:  "docs writes, from METADATA and examples alone, a page for each rule under PATH (default: " + author.DefaultDir + ") and their index, and names what it wrote. With --check it writes nothing, and ends with 1 when a page is missing or out of date.",
		RunE: func(cmd *cobra.Command, args []string) error {
			paths, err := policyPaths(args)
			if err != nil {
				return err
			}
			set, err := policy.Load(rules.FS, paths)
			if err != nil {
				return err
			}
			pages, err := pagesOf(set, page.Contents(set.AuthoredRules(), "gate policy docs"), set.AuthoredRules())
			if err != nil {
				return err
			}
			stale := 0
			for _, name := range slices.Sorted(maps.Keys(pages)) {
				file := filepath.Join(dir, filepath.FromSlash(name))
				is, err := os.ReadFile(file)
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
				if err == nil && bytes.Equal(is, []byte(pages[name])) {
					continue
				}
				stale++
				fmt.Fprintln(cmd.OutOrStdout(), report.Visible(file))
				if check {
					continue
				}
				if err := writePage(file, pages[name]); err != nil {
					return err
				}
			}
			if check && stale > 0 {
				return exit(report.ExitFindings)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "output", "docs/policy", "directory of the pages")
	cmd.Flags().BoolVar(&check, "check", false, "name what is missing or out of date, and write nothing")
	return cmd
}
