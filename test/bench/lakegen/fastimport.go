package lakegen

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
)

// firstCommit is when the first commit was made, in Unix seconds; the others follow
// ten minutes apart.
const firstCommit = 1_600_000_000

// WriteHistory writes the whole history of a shape to refs/heads/main, as a stream that
// `git fast-import` reads. One commit in fifty is made beside the main line, and the next
// one merges it with edits of its own: content arrives by merges too.
func WriteHistory(ctx context.Context, w io.Writer, shape Shape) error {
	out := bufio.NewWriterSize(w, 1<<16)
	l := New(shape)
	var changed, aside []string
	for n := 1; n <= shape.Commits; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n == 1 {
			changed = slices.Collect(l.Paths())
		} else {
			changed = append(l.Step(), aside...)
		}
		aside = nil
		branch, parents := "refs/heads/main", ""
		switch {
		case n >= 49 && n%50 == 49 && n < shape.Commits:
			branch, parents = side, fmt.Sprintf("from :%d\n", n-2)
		case n >= 50 && n%50 == 0:
			parents = fmt.Sprintf("from :%d\nmerge :%d\n", n-2, n-1)
		}
		fmt.Fprintf(out, "commit %s\nmark :%d\n", branch, n)
		writeHeader(out, n)
		fmt.Fprint(out, parents)
		if err := writeFiles(out, l, changed); err != nil {
			return err
		}
		if branch == side {
			aside = changed // the merge brings them to the main line
		}
	}
	fmt.Fprintf(out, "reset %s\nfrom %040d\n", side, 0)
	return out.Flush()
}

// side is the branch of the commits that are merged; it is deleted at the end.
const side = "refs/heads/side"

// WriteCommit writes one commit on top of a ref of the repository, with these paths as
// they now are in the lake, to branch.
func WriteCommit(w io.Writer, l *Lake, parent, branch string, paths []string) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "commit %s\n", branch)
	writeHeader(out, l.shape.Commits+1)
	fmt.Fprintf(out, "from %s^0\n", parent)
	if err := writeFiles(out, l, paths); err != nil {
		return err
	}
	return out.Flush()
}

func writeHeader(out io.Writer, n int) {
	message := fmt.Sprintf("Change %d: %s of the %s\n", n, word(hash("subject", n)), word(hash("object", n)))
	fmt.Fprintf(out, "committer Lake <lake@example.com> %d +0000\ndata %d\n%s", firstCommit+600*n, len(message), message)
}

func writeFiles(out io.Writer, l *Lake, paths []string) error {
	for _, p := range paths {
		data, err := l.Content(p)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "M 100644 inline %s\ndata %d\n%s\n", p, len(data), data); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(out)
	return err
}
