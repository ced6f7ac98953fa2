// Package values reads Secrets and ConfigMaps live and answers with digests. A value is held only while it is hashed.
package values

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
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

// Version of an object; the zero value is that of one that is not there.
type Version struct {
	UID             types.UID
	ResourceVersion string
}

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

// Known is what Read would have answered while the objects were at these versions, one for each of refs, without a read; false when the table does not hold all of it. It
// says nothing of now: whoever asks learns of a later version by other means.
func (r *Reader) Known(namespace string, refs []digest.Ref, versions []Version) (map[string]digest.Digests, bool) {
	ring := r.config.Ring()
	known := make(map[string]digest.Digests, len(refs))
	for i, ref := range refs {
		if versions[i] == (Version{}) {
			known[ref.ID()] = ring.Digests(namespace, ref, nil, false)
			continue
		}
		e, found := r.table.get(name{ref.Kind, namespace, ref.Name})
		if !found || e.version != versions[i] {
			return nil, false
		}
		sums, ok := e.answers([]digest.Ref{ref}, ring)
		if !ok {
			return nil, false
		}
		known[ref.ID()] = sums[0]
	}
	r.config.Metrics.count("known", len(refs))
	return known, true
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
