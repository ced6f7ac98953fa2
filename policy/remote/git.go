package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lotus-lake/lotus-gate/policy/bundle"
)

// checkout is a bare repository of our own into which one commit is fetched. git does
// it, so that logging in and proxies work as they do for everybody's git.
type checkout struct{ dir string }

// newCheckout makes an empty one; remove it in the end.
func newCheckout(ctx context.Context) (checkout, func(), error) {
	if _, err := exec.LookPath("git"); err != nil {
		return checkout{}, nil, errors.New("git is not installed here: install it, or publish the bundle in a registry or over HTTPS")
	}
	dir, err := os.MkdirTemp("", "gate-git-")
	if err != nil {
		return checkout{}, nil, err
	}
	remove := func() { _ = os.RemoveAll(dir) }
	c := checkout{dir}
	if _, err := c.git(ctx, nil, "init", "--quiet", "--bare", "."); err != nil {
		remove()
		return c, nil, err
	}
	return c, remove, nil
}

// largestFetch bounds what git may fetch, in bytes: the commit has other files too.
const largestFetch = 256 << 20

// git runs it. Nothing of a hook's environment reaches it, no hook and no other
// program, and it never asks on a terminal.
func (c checkout) git(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, "git", slices.Concat([]string{
		"-c", "core.hooksPath=" + os.DevNull, "-c", "protocol.ext.allow=never", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
		"-c", "core.bigFileThreshold=8m", "-c", "fetch.fsckObjects=true",
	}, args)...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.WaitDelay = c.dir, environment(), bytes.NewReader(stdin), 2*time.Second
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	done := make(chan struct{})
	defer close(done)
	go c.watch(done, cancel)
	if err := cmd.Run(); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, lastLine(said.String()))
	}
	return out.Bytes(), nil
}

// watch stops git when it has fetched too much.
func (c checkout) watch(done <-chan struct{}, cancel context.CancelCauseFunc) {
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case <-done:
			tick.Stop()
			return
		case <-tick.C:
		}
		var size int64
		_ = filepath.WalkDir(c.dir, func(_ string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				if info, err := entry.Info(); err == nil {
					size += info.Size()
				}
			}
			return nil
		})
		if size > largestFetch {
			cancel(fmt.Errorf("the commit takes more than %d bytes: keep bundles in a repository of their own", largestFetch))
		}
	}
}

// environment leaves out what a hook tells git of the repository around it.
func environment() []string {
	var env []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "GIT_") && !slices.ContainsFunc([]string{"GIT_SSH", "GIT_SSL_", "GIT_CONFIG_", "GIT_ASKPASS", "GIT_PROXY_", "GIT_AUTHOR_", "GIT_COMMITTER_"}, func(kept string) bool {
			return strings.HasPrefix(name, kept)
		}) {
			continue
		}
		env = append(env, pair)
	}
	return append(env, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	last := lines[len(lines)-1]
	if len(last) > 300 {
		last = last[:300]
	}
	return strings.ToValidUTF8(last, "?")
}

// fetchGit gets the commit of a branch or tag, and packs what lies at the path.
func (c *Client) fetchGit(ctx context.Context, ref Ref, known string) (Fetched, error) {
	if known != "" && known == ref.git {
		return Fetched{Version: known}, nil
	}
	repository, remove, err := newCheckout(ctx)
	if err != nil {
		return Fetched{}, err
	}
	defer remove()
	if known != "" && !ref.Pinned() {
		listed, err := repository.git(ctx, nil, "ls-remote", "--", ref.url.String(), ref.git)
		if err != nil {
			return Fetched{}, err
		}
		if id, _, _ := strings.Cut(string(listed), "\t"); id == known {
			return Fetched{Version: known}, nil
		}
	}
	if _, err := repository.git(ctx, nil, "fetch", "--quiet", "--depth=1", "--no-tags", "--", ref.url.String(), ref.git); err != nil {
		return Fetched{}, err
	}
	id, err := repository.git(ctx, nil, "rev-parse", "--verify", "FETCH_HEAD^{commit}")
	if err != nil {
		return Fetched{}, err
	}
	version := strings.TrimSpace(string(id))
	archive, err := repository.archive(ctx, version, ref.path)
	return Fetched{Archive: archive, Version: version}, err
}

// archive reads a bundle that is one file, or packs one that lies there unpacked.
func (c checkout) archive(ctx context.Context, id, at string) ([]byte, error) {
	listed, err := c.git(ctx, nil, "ls-tree", "-r", "-z", "-l", "--full-tree", id, "--", path.Join(at, "."))
	if err != nil {
		return nil, err
	}
	files, left := map[string][]byte{}, int64(bundle.MaxArchive)
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
		about, name, _ := strings.Cut(entry, "\t")
		fields := strings.Fields(about) // mode, type, id, size
		if len(fields) != 4 {
			return nil, fmt.Errorf("there is nothing at %s", at)
		}
		size, err := strconv.ParseInt(fields[3], 10, 64)
		if err != nil || fields[0] != "100644" && fields[0] != "100755" {
			return nil, fmt.Errorf("%s is a link or another repository: want files", name)
		}
		if left -= size; left < 0 {
			return nil, tooLarge(bundle.MaxArchive)
		}
		text, err := c.git(ctx, nil, "cat-file", "blob", fields[2])
		if err != nil {
			return nil, err
		}
		if name == at {
			return text, nil
		}
		files[strings.TrimPrefix(name, at+"/")] = text
	}
	return bundle.Pack(files)
}
