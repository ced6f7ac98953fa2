package check

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// Update is one line that git gives a pre-receive hook: a ref that is created
// (Old is zero), moved or deleted (New is zero).
type Update struct {
	Old, New repo.Hash
	Ref      string
}

// maxUpdates bounds the refs of one push.
const maxUpdates = 100_000

// ReadUpdates reads "<old> <new> <ref>" lines.
func ReadUpdates(in io.Reader) ([]Update, error) {
	return readUpdates(in, `"<old> <new> <ref>", as git gives them to a pre-receive hook`, func(line string) (before, after, ref string, ok bool) {
		fields := strings.SplitN(line, " ", 3)
		if len(fields) != 3 {
			return "", "", "", false
		}
		return fields[0], fields[1], fields[2], true
	})
}

// readUpdates reads one update a line, within bounds; of finds its parts in the line, and want says what lines are to be.
func readUpdates(in io.Reader, want string, of func(line string) (before, after, ref string, ok bool)) ([]Update, error) {
	var updates []Update
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		before, after, ref, ok := of(lines.Text())
		if !ok || !strings.HasPrefix(ref, "refs/") {
			return nil, fmt.Errorf("line %d: %.200q: want %s", len(updates)+1, lines.Text(), want)
		}
		old, err := repo.ParseHash(before)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", len(updates)+1, err)
		}
		tip, err := repo.ParseHash(after)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", len(updates)+1, err)
		}
		if updates = append(updates, Update{old, tip, ref}); len(updates) > maxUpdates {
			return nil, fmt.Errorf("more than %d refs in one push", maxUpdates)
		}
	}
	return updates, lines.Err()
}

// Push judges a push: every commit that no ref of the repository has yet, what
// tags point at, and the tips of the branches that the configuration protects,
// against what the branch was before; a new one, against where it left the
// default branch.
func (c *Checker) Push(ctx context.Context, git *repo.Repo, updates []Update) (Result, error) {
	flags := openFlags(git.GitDir())
	defer flags.save()
	c.flags = flags
	refs, err := git.RefTips()
	if err != nil {
		return Result{}, fmt.Errorf("read refs: %w", err)
	}
	known := make([]repo.Hash, len(refs))
	for i, ref := range refs {
		known[i] = ref.Hash
	}
	base, err := DefaultBranch(git)
	if err != nil {
		return Result{}, err
	}
	head, err := git.Target("HEAD")
	if err != nil {
		return Result{}, fmt.Errorf("find the default branch: %w", err)
	}
	return c.updates(ctx, git, updates, receiver{known, base, head})
}

// receiver is what there is to know of the repository that takes a push.
type receiver struct {
	known []repo.Hash // it has everything that these reach
	base  repo.Hash   // the tip of its default branch; zero for none
	head  string      // the full name of that branch; "" when nobody can tell
}

// updates judges what updates bring to a repository; a new branch, against where it
// left the default one.
func (c *Checker) updates(ctx context.Context, git *repo.Repo, updates []Update, to receiver) (Result, error) {
	r, seen := c.startChange(), judged{}
	var pushed []repo.Hash
	for _, u := range updates {
		if u.New.IsZero() {
			continue
		}
		kind, target, err := git.Peel(u.New)
		if err != nil {
			return Result{}, fmt.Errorf("%s: %w", u.Ref, err)
		}
		if kind == repo.KindCommit {
			pushed = append(pushed, target)
		} else if err := r.loose(ctx, git, u, kind, target, seen); err != nil {
			return Result{}, fmt.Errorf("%s: %w", u.Ref, err)
		}
	}
	commits, err := git.NewCommits(ctx, pushed, to.known)
	if err != nil {
		return Result{}, fmt.Errorf("find new commits: %w", err)
	}
	if err := r.history(ctx, git, commits, seen); err != nil {
		return Result{}, err
	}
	for _, u := range updates {
		branch, ok := strings.CutPrefix(u.Ref, "refs/heads/")
		if !ok {
			continue
		}
		if err := r.guardBranch(ctx, git, u, branch, to); err != nil {
			return Result{}, fmt.Errorf("%s: %w", u.Ref, err)
		}
		if u.New.IsZero() {
			continue
		}
		before := u.Old
		if before.IsZero() {
			if before, err = forkedFrom(ctx, git, to.base, u.New); err != nil {
				return Result{}, fmt.Errorf("%s: %w", u.Ref, err)
			}
		}
		if err := r.change(ctx, git, before, u.New, c.Config.Protects(branch), seen); err != nil {
			return Result{}, fmt.Errorf("%s: %w", u.Ref, err)
		}
	}
	return r.finish(ctx, false), nil
}

// forkedFrom is what a new branch is judged against: the default branch where it
// left that. What the default branch mended since is no doing of the new one.
func forkedFrom(ctx context.Context, git *repo.Repo, base, tip repo.Hash) (repo.Hash, error) {
	if base.IsZero() {
		return base, nil
	}
	commits, err := git.NewCommits(ctx, []repo.Hash{tip}, []repo.Hash{base})
	if err != nil {
		return base, fmt.Errorf("find commits: %w", err)
	}
	return forkPoint(ctx, git, base, tip, commits)
}

// DefaultBranch is the tip of HEAD's branch; zero while it has none.
func DefaultBranch(git *repo.Repo) (repo.Hash, error) {
	h, err := git.Resolve("HEAD")
	if errors.Is(err, repo.ErrUnknownRevision) {
		return repo.Hash{}, nil
	}
	return h, err
}

// loose judges what a tag points at when that is no commit. Findings name what was
// pushed in the place of a commit: the tag, or its target when it is a light one.
func (r *run) loose(ctx context.Context, git *repo.Repo, u Update, kind repo.Kind, h repo.Hash, seen judged) error {
	if kind == repo.KindBlob {
		return r.files(ctx, git, []introduced{{Entry: lake.Entry{Path: u.Ref, ID: h.String()}, commit: u.New}}, seen)
	}
	var list []introduced
	err := git.Walk(ctx, h, "", func(e repo.Entry) error {
		if e.Mode != repo.ModeDir {
			list = append(list, introduced{Entry: gitEntry(e.Path, e.Mode, e.Hash), commit: u.New, tree: h})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.files(ctx, git, list, seen)
}
