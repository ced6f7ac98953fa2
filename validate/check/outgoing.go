package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/repo"
)

// ReadOutgoing reads "<local ref> <new> <remote ref> <old>" lines, as git gives them to
// a pre-push hook.
func ReadOutgoing(in io.Reader) ([]Update, error) {
	return readUpdates(in, `"<local ref> <new> <remote ref> <old>", as git gives them to a pre-push hook`, func(line string) (before, after, ref string, ok bool) {
		// The first field is what the user wrote, "(delete)" or a revision of any form.
		fields := strings.Split(line, " ")
		if len(fields) < 4 {
			return "", "", "", false
		}
		fields = fields[len(fields)-3:]
		return fields[2], fields[0], fields[1], true
	})
}

// Outgoing judges what is about to be pushed to a remote as the remote would, as far
// as this repository knows what that has.
func (c *Checker) Outgoing(ctx context.Context, git *repo.Repo, remote string, updates []Update) (Result, error) {
	known, err := remoteTips(git, remote)
	if err != nil {
		return Result{}, err
	}
	base, err := RemoteBranch(git, remote)
	if err != nil {
		return Result{}, err
	}
	for i, u := range updates {
		if u.Old.IsZero() {
			continue
		}
		if _, _, err := git.Peel(u.Old); err != nil {
			updates[i].Old = repo.Hash{} // pushed by someone else, and not fetched
			continue
		}
		known = append(known, u.Old)
	}
	head, err := remoteHead(git, remote)
	if err != nil {
		return Result{}, err
	}
	return c.updates(ctx, git, updates, receiver{known, base, head})
}

// remoteTips are the remote-tracking branches of a remote; those of all, when it has
// none, as when a push names an address.
func remoteTips(git *repo.Repo, remote string) ([]repo.Hash, error) {
	refs, err := git.RefTips()
	if err != nil {
		return nil, fmt.Errorf("read refs: %w", err)
	}
	var own, all []repo.Hash
	for _, ref := range refs {
		if strings.HasPrefix(ref.Name, "refs/remotes/"+remote+"/") {
			own = append(own, ref.Hash)
		}
		if strings.HasPrefix(ref.Name, "refs/remotes/") {
			all = append(all, ref.Hash)
		}
	}
	if len(own) == 0 {
		return all, nil
	}
	return own, nil
}

// remoteHead is the name that the default branch of a remote has there; "" when nobody
// can tell.
func remoteHead(git *repo.Repo, remote string) (string, error) {
	prefix := "refs/remotes/" + remote + "/"
	for _, name := range []string{"HEAD", "main", "master"} {
		if _, err := git.Resolve(prefix + name); errors.Is(err, repo.ErrUnknownRevision) {
			continue
		} else if err != nil {
			return "", err
		}
		target, err := git.Target(prefix + name)
		branch, ok := strings.CutPrefix(target, prefix)
		if err != nil || !ok {
			return "", err
		}
		return "refs/heads/" + branch, nil
	}
	return "", nil
}

// RemoteBranch is the default branch of a remote as it was last fetched; zero when
// nobody can tell.
func RemoteBranch(git *repo.Repo, remote string) (repo.Hash, error) {
	for _, name := range []string{"HEAD", "main", "master"} {
		h, err := git.Resolve("refs/remotes/" + remote + "/" + name)
		if err == nil || !errors.Is(err, repo.ErrUnknownRevision) {
			return h, err
		}
	}
	return repo.Hash{}, nil
}
