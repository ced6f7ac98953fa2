package repo

import (
	"bytes"
	"cmp"
	"slices"
)

// allAbove proves without a further walk that the doubtful commits are new: there is one exclusion only, and every one
// of them has it among its ancestors, so none can be an ancestor of it.
func (w *walk) allAbove(tips []Hash, before map[Hash]bool) bool {
	if len(tips) != 1 {
		return false
	}
	children := make(map[Hash][]Hash)
	doubtful := 0
	for h, n := range w.nodes {
		if n.old || before[h] {
			continue
		}
		doubtful++
		for _, parent := range n.parents {
			children[parent] = append(children[parent], h)
		}
	}
	above := map[Hash]bool{tips[0]: true}
	for stack := []Hash{tips[0]}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, child := range children[at] {
			if !above[child] {
				above[child] = true
				stack = append(stack, child)
			}
		}
	}
	return len(above)-1 == doubtful
}

// ordered returns the new commits, each after its parents; otherwise older before newer, and by hash where dates agree.
func (w *walk) ordered() []Commit {
	children := make(map[Hash]int)
	var fresh []*node
	for _, n := range w.nodes {
		if n.old {
			continue
		}
		fresh = append(fresh, n)
		for _, parent := range n.parents {
			children[parent]++
		}
	}
	slices.SortFunc(fresh, func(a, b *node) int {
		return cmp.Or(cmp.Compare(a.date, b.date), bytes.Compare(a.hash[:], b.hash[:]))
	})
	// Newest first, taking each commit when its last child is taken, and then backwards. Of the commits that are free,
	// the stack's last is the newest of those that were so from the start, or a parent of the one taken before.
	var stack []*node
	for _, n := range fresh {
		if children[n.hash] == 0 {
			stack = append(stack, n)
		}
	}
	commits := make([]Commit, 0, len(fresh))
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		commits = append(commits, *n.full)
		for _, h := range slices.Backward(n.parents) {
			children[h]--
			if p := w.nodes[h]; p != nil && !p.old && children[h] == 0 {
				stack = append(stack, p)
			}
		}
	}
	slices.Reverse(commits)
	return commits
}
