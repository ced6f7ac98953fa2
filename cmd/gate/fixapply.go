package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/term"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/fix"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/report"
)

// showEdits prints the edits as a patch.
func showEdits(out io.Writer, edits []fix.Edit) error {
	for _, e := range edits {
		before, after := repo.QuotePath("a/"+e.Path), repo.QuotePath("b/"+e.Path)
		if e.Before == nil {
			before = "/dev/null"
		}
		if e.After == nil {
			after = "/dev/null"
		}
		patch := string(diff.Diff(before, e.Before, after, e.After))
		if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
			patch = report.VisibleLines(patch)
		}
		if _, err := io.WriteString(out, patch); err != nil {
			return err
		}
	}
	return nil
}

// carryOut writes the edits, and takes files out of git's index as `git rm --cached`
// does, which it runs. Nothing is written when one of the files has changed.
func carryOut(ctx context.Context, dir string, plan fix.Plan) error {
	for _, e := range plan.Edits {
		if err := unchanged(dir, e); err != nil {
			return err
		}
	}
	for _, e := range plan.Edits {
		if err := replaceFile(dir, e.Path, e.After); err != nil {
			return err
		}
	}
	if len(plan.Untrack) == 0 {
		return nil
	}
	git := exec.CommandContext(ctx, "git", "-C", dir, "--literal-pathspecs", "rm", "--cached", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul")
	git.Stdin = strings.NewReader(strings.Join(plan.Untrack, "\x00"))
	if said, err := git.CombinedOutput(); err != nil {
		return fmt.Errorf("git rm --cached: %w: %s", err, strings.TrimSpace(string(said)))
	}
	return nil
}

// tellFixes says what the patch does not: what leaves the index, and what is left and
// why. It is exit 1 when something is still to be done, 3 when that cannot be told.
func tellFixes(out io.Writer, plan fix.Plan, r report.Report, write bool) error {
	done, would := "untracked", "mended"
	if !write {
		done, would = "would untrack", "would be mended"
	}
	for _, path := range plan.Untrack {
		fmt.Fprintf(out, "%s: %s\n", done, report.Visible(path))
	}
	fails := !write && len(plan.Fixed) > 0
	for _, left := range plan.Left {
		fmt.Fprintf(out, "not mended: %s: %s: %s\n", locate(left.Finding), left.Rule, oneLine(left.Why))
		fails = fails || r.Fails(left.Finding)
	}
	for _, u := range r.Undecided {
		fmt.Fprintf(out, "could not decide: %s\n", oneLine(u))
	}
	total := len(plan.Fixed) + len(plan.Left)
	switch {
	case total == 0:
		fmt.Fprintln(out, "nothing to mend")
	case !write && len(plan.Fixed) > 0:
		fmt.Fprintf(out, "%d of %d findings %s; `gate fix --write` does it\n", len(plan.Fixed), total, would)
	default:
		fmt.Fprintf(out, "%d of %d findings %s\n", len(plan.Fixed), total, would)
	}
	switch {
	case len(r.Undecided) > 0:
		return exit(report.ExitUndecided)
	case fails:
		return exit(report.ExitFindings)
	}
	return nil
}

// locate writes where a finding is: file and line.
func locate(f policy.Finding) string {
	if f.Line > 0 {
		return fmt.Sprintf("%s:%d", report.Visible(f.Path), f.Line)
	}
	return report.Visible(f.Path)
}
