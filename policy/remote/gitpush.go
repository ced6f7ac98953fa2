package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
)

// pushGit commits a bundle to a branch: as a file when the path ends in .tar.gz, else
// unpacked in place of what lies there, so that people can read what changed.
func (c *Client) pushGit(ctx context.Context, ref Ref, archive []byte, revision string) (string, error) {
	if ref.Pinned() {
		return "", errors.New("a commit cannot be pushed to: name a branch")
	}
	repository, remove, err := newCheckout(ctx)
	if err != nil {
		return "", err
	}
	defer remove()
	branch := "refs/heads/" + ref.git
	parent := ""
	if listed, err := repository.git(ctx, nil, "ls-remote", "--", ref.url.String(), branch); err != nil {
		return "", err
	} else if len(listed) > 0 {
		if _, err := repository.git(ctx, nil, "fetch", "--quiet", "--depth=1", "--no-tags", "--", ref.url.String(), branch); err != nil {
			return "", err
		}
		id, err := repository.git(ctx, nil, "rev-parse", "--verify", "FETCH_HEAD^{commit}")
		if err != nil {
			return "", err
		}
		parent = strings.TrimSpace(string(id))
	}
	stream, err := repository.commitStream(ctx, ref, branch, parent, archive, revision)
	if err != nil {
		return "", err
	}
	if _, err := repository.git(ctx, stream, "fast-import", "--quiet"); err != nil {
		return "", err
	}
	id, err := repository.git(ctx, nil, "rev-parse", "--verify", branch)
	if err != nil {
		return "", err
	}
	if _, err := repository.git(ctx, nil, "push", "--quiet", "--", ref.url.String(), branch+":"+branch); err != nil {
		return "", err
	}
	return strings.TrimSpace(string(id)), nil
}

// commitStream is the commit as fast-import takes it, so that neither filters nor
// line endings of a working tree change a byte.
func (c checkout) commitStream(ctx context.Context, ref Ref, branch, parent string, archive []byte, revision string) ([]byte, error) {
	who, err := c.git(ctx, nil, "var", "GIT_COMMITTER_IDENT")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{ref.path: archive}
	if !strings.HasSuffix(ref.path, ".tar.gz") {
		unpacked, err := bundle.Unpack(archive)
		if err != nil {
			return nil, err
		}
		files = map[string][]byte{}
		for name, text := range unpacked {
			files[path.Join(ref.path, name)] = text
		}
	}
	var out bytes.Buffer
	message := fmt.Sprintf("Policy bundle %s\n", revision)
	fmt.Fprintf(&out, "commit %s\ncommitter %sdata %d\n%s", branch, who, len(message), message)
	if parent != "" {
		fmt.Fprintf(&out, "from %s\n", parent)
	}
	switch {
	case ref.path != "":
		fmt.Fprintf(&out, "D %s\n", quoted(ref.path))
	default:
		fmt.Fprintln(&out, "deleteall")
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&out, "M 100644 inline %s\ndata %d\n%s\n", quoted(name), len(files[name]), files[name])
	}
	return out.Bytes(), nil
}

// quoted is a path as fast-import reads it; bundles have no control characters in
// theirs.
func quoted(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(name) + `"`
}
