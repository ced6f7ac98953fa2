package policy

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel does something with each item on all processors. The results are in the order of
// the items; the error is that of the first item that has one.
func inParallel[T, R any](items []T, do func(T) (R, error)) ([]R, error) {
	results, errs := make([]R, len(items)), make([]error, len(items))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(items)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(items)); i = next.Add(1) - 1 {
				results[i], errs[i] = do(items[i])
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}
