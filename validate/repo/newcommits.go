package repo

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
)

// NewCommits lists the commits reachable from include and not from exclude, as
// `git rev-list --topo-order --reverse include --not exclude` does: each commit after its parents, and lines of history
// not mixed. Annotated tags count for what they name. An inclusion that is no commit adds none; one that does not exist is
// an error. An exclusion that does not exist or is no commit hides nothing.
//
// The result is exact whatever the commits' dates. In a pre-receive hook the time is proportional to what was pushed if
// that grows from commits named by exclude, and else to the history between.
func (r *Repo) NewCommits(ctx context.Context, include, exclude []Hash) ([]Commit, error) {
	w := &walk{ctx: ctx, repo: r, nodes: make(map[Hash]*node), excluded: make(map[Hash]bool, len(exclude))}
	for _, h := range exclude {
		w.excluded[h] = true
	}
	rest, err := w.pushed(include, exclude)
	if err == nil && len(rest) > 0 {
		err = w.paint(rest, exclude)
	}
	if err != nil {
		return nil, fmt.Errorf("list new commits: %w", err)
	}
	return w.ordered(), nil
}

// node is a commit met on a walk.
type node struct {
	hash    Hash
	date    int64 // of the committer, only to walk in a good order
	parents []Hash
	old     bool    // reachable from an exclusion
	queued  bool    // on the heap
	full    *Commit // when it may be new
}

type walk struct {
	ctx      context.Context
	repo     *Repo
	steps    int
	nodes    map[Hash]*node
	excluded map[Hash]bool // the exclusions as given
	queue    nodeHeap
	open     int // nodes on the queue that are not old
}

// tick tells now and then whether to give up.
func (w *walk) tick() error {
	if w.steps++; w.steps%256 != 0 {
		return nil
	}
	return w.ctx.Err()
}

// pushed takes the commits that only the quarantine holds: nothing that existed before refers to them, so they are new
// without comparing histories, if no exclusion is in the quarantine either. It returns the other commits that these and
// include lead to and that are not excluded.
func (w *walk) pushed(include, exclude []Hash) ([]Hash, error) {
	known, err := w.repo.objects.noneQuarantined(exclude)
	if err != nil {
		return nil, err
	}
	var rest, stack []Hash
	for _, h := range include {
		kind, target, err := w.repo.Peel(h)
		if err != nil {
			return nil, err
		}
		if kind == KindCommit {
			stack = append(stack, target)
		}
	}
	for len(stack) > 0 {
		h := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if w.excluded[h] || w.nodes[h] != nil {
			continue
		}
		isNew := known
		if isNew {
			if isNew, err = w.repo.objects.isNew(h); err != nil {
				return nil, err
			}
		}
		if !isNew {
			rest = append(rest, h)
			continue
		}
		n, err := w.load(h, false)
		if err != nil {
			return nil, err
		}
		stack = append(stack, n.parents...)
	}
	return rest, nil
}

// paint walks from both sides, newest first, until every commit on the way is known to be old or proven new.
func (w *walk) paint(include, exclude []Hash) error {
	var tips []Hash // the exclusions, peeled
	for _, h := range exclude {
		kind, target, err := w.repo.Peel(h)
		if absent(err) || err == nil && kind != KindCommit {
			continue
		}
		if err != nil {
			return err
		}
		tips = append(tips, target)
		if err := w.reach(target, true); err != nil {
			return err
		}
	}
	before := make(map[Hash]bool, len(w.nodes)) // pushed commits need no proof
	for h, n := range w.nodes {
		before[h] = !n.old
	}
	for _, h := range include {
		if err := w.reach(h, false); err != nil {
			return err
		}
	}
	if err := w.advance(func() bool { return w.open > 0 }); err != nil {
		return err
	}
	return w.prove(tips, before)
}

// prove walks on through the old commits for as long as one of them may lead to a commit that counts as new, which
// happens where clocks were wrong.
func (w *walk) prove(tips []Hash, before map[Hash]bool) error {
	doubtful := 0
	for h, n := range w.nodes {
		if !n.old && !before[h] {
			doubtful++
		}
	}
	if doubtful == 0 || len(w.queue) == 0 || w.allAbove(tips, before) {
		return nil
	}
	return w.advance(func() bool { return true })
}

// advance takes the newest commit and looks at its parents, while there is one and more says so.
func (w *walk) advance(more func() bool) error {
	for len(w.queue) > 0 && more() {
		if err := w.tick(); err != nil {
			return err
		}
		n := heap.Pop(&w.queue).(*node)
		n.queued = false
		if !n.old {
			w.open--
		}
		for _, parent := range n.parents {
			if err := w.reach(parent, n.old); err != nil {
				return err
			}
		}
	}
	return nil
}

// reach notes that a commit is reachable, and queues it if that is news.
func (w *walk) reach(h Hash, old bool) error {
	n := w.nodes[h]
	switch {
	case n == nil:
		var err error
		if n, err = w.load(h, old); err != nil {
			if old && absent(err) {
				return nil
			}
			return err
		}
	case old && !n.old:
		if n.old = true; n.queued {
			w.open--
			return nil
		}
	default:
		return nil
	}
	n.queued = true
	if !n.old {
		w.open++
	}
	heap.Push(&w.queue, n)
	return nil
}

func (w *walk) load(h Hash, old bool) (*node, error) {
	if err := w.tick(); err != nil {
		return nil, err
	}
	n := &node{hash: h, old: old}
	if old {
		l, err := w.repo.links(h)
		if err != nil {
			return nil, err
		}
		n.parents, n.date = l.parents, committerDate(l.rest)
	} else {
		c, err := w.repo.Commit(h)
		if err != nil {
			return nil, err
		}
		n.full, n.parents, n.date = &c, c.Parents, c.CommitterTime.Unix()
	}
	w.nodes[h] = n
	return n, nil
}

// absent tells whether an object is not there, even if some remote has it.
func absent(err error) bool {
	var missing *MissingObjectError
	var promised *UnsupportedError
	return errors.As(err, &missing) || errors.As(err, &promised)
}

// nodeHeap has the newest commit on top.
type nodeHeap []*node

func (q nodeHeap) Len() int           { return len(q) }
func (q nodeHeap) Less(i, j int) bool { return q[i].date > q[j].date }
func (q nodeHeap) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *nodeHeap) Push(x any)        { *q = append(*q, x.(*node)) }
func (q *nodeHeap) Pop() any {
	last := len(*q) - 1
	n := (*q)[last]
	*q = (*q)[:last]
	return n
}
