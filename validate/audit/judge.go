package audit

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Result is what an audit found.
type Result struct {
	Findings     []policy.Finding // sorted
	Undecided    []string         // sorted: why there is no verdict on something
	NotInspected []NotInspected
	Documents    int
}

// batch is how many documents go to a processor at once.
const batch = 64

// Judge has the engine judge the documents of the facts. observe, when set, is given
// every document before. A document that cannot be decided is told as undecided and
// does not stop the others.
func Judge(ctx context.Context, engine *policy.Engine, facts *Facts, observe func(policy.Document)) (Result, error) {
	wants := func(kind string) bool { return engine.Wants(kind, policy.Tip) }
	engine.Prepare(policy.Tip, slices.DeleteFunc(slices.Clone(Kinds), func(kind string) bool { return !wants(kind) })...)
	result := Result{NotInspected: facts.NotInspected, Undecided: slices.Clone(facts.Undecided)}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	work := make(chan []policy.Document)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for docs := range work {
				for _, doc := range docs {
					findings, err := engine.Judge(ctx, doc, policy.Tip)
					mu.Lock()
					result.Findings = append(result.Findings, findings...)
					if err != nil {
						result.Undecided = append(result.Undecided, err.Error())
					}
					mu.Unlock()
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(work)
		var docs []policy.Document
		send := func() bool {
			select {
			case work <- docs:
				docs = nil
				return true
			case <-ctx.Done():
				return false
			}
		}
		for doc := range facts.Documents(wants) {
			if observe != nil {
				observe(doc)
			}
			result.Documents++
			if docs = append(docs, doc); len(docs) == batch && !send() {
				return ctx.Err()
			}
		}
		if len(docs) > 0 && !send() {
			return ctx.Err()
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return Result{}, fmt.Errorf("judge: %w", err)
	}
	result.Findings = policy.Sort(result.Findings)
	slices.Sort(result.Undecided)
	result.Undecided = slices.Compact(result.Undecided)
	return result, nil
}
