// Package values reads Secrets and ConfigMaps live and answers with digests. A value is held only while it is hashed.
package values

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// Config of a Reader. Client and Ring are required.
type Config struct {
	// Client reads from the API server itself, never from a cache.
	Client client.Reader
	// Ring of installation keys as it is now.
	Ring func() digest.Keyring
	// Objects that the table keeps digests of; 0 is 16,384. One takes about half a KiB.
	Objects int
	// Large is the size of values in bytes from which metadata is read first when the table may know the rest; 0 is 16 KiB.
	Large int
	// Parallel reads at most, so that large objects cannot fill the memory; 0 is 32.
	Parallel int
	// Timeout of one read; 0 is 2 s.
	Timeout time.Duration
	Metrics *Metrics // may be nil
}

// Reader of digests. Use New.
type Reader struct {
	config Config
	table  *table
	slots  chan struct{}

	mu    sync.Mutex
	lines map[name]*line
}

// name of an object.
type name struct{ kind, namespace, name string }

// New Reader.
func New(config Config) *Reader {
	if config.Objects == 0 {
		config.Objects = 16384
	}
	if config.Large == 0 {
		config.Large = 16 << 10
	}
	if config.Parallel == 0 {
		config.Parallel = 32
	}
	if config.Timeout == 0 {
		config.Timeout = 2 * time.Second
	}
	return &Reader{config: config, table: newTable(config.Objects), slots: make(chan struct{}, config.Parallel), lines: map[name]*line{}}
}

// Digests of what ref uses, as the object is now: the read begins after the call. An object that is not there is an answer (see digest.Keyring), any other failure an error
// that names the object and never a value. Callers who come while the same object is being read share the next read.
func (r *Reader) Digests(ctx context.Context, namespace string, ref digest.Ref) (digest.Digests, error) {
	of := name{ref.Kind, namespace, ref.Name}
	sums, err := r.join(ctx, of, ref)
	if err != nil {
		return nil, fmt.Errorf("read %s %s/%s: %w", ref.Kind, namespace, ref.Name, plain(err))
	}
	return sums, nil
}

// Read is Digests of all references of one pod template, by reference id, read side by side. All or none: the first failure ends it.
func (r *Reader) Read(ctx context.Context, namespace string, refs []digest.Ref) (map[string]digest.Digests, error) {
	now := make(map[string]digest.Digests, len(refs))
	if len(refs) == 1 {
		sums, err := r.Digests(ctx, namespace, refs[0])
		if err != nil {
			return nil, err
		}
		now[refs[0].ID()] = sums
		return now, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type answer struct {
		id   string
		sums digest.Digests
		err  error
	}
	work := make(chan digest.Ref)
	answers := make(chan answer)
	for range min(len(refs), r.config.Parallel) {
		go func() {
			for ref := range work {
				sums, err := r.Digests(ctx, namespace, ref)
				answers <- answer{ref.ID(), sums, err}
			}
		}()
	}
	go func() {
		defer close(work)
		for _, ref := range refs {
			work <- ref
		}
	}()
	var failure error
	for range refs {
		a := <-answers
		if a.err != nil && failure == nil {
			failure = a.err
			cancel()
		}
		now[a.id] = a.sums
	}
	if failure != nil {
		return nil, failure
	}
	return now, nil
}
