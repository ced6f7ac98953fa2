package values

import (
	"strings"

	"k8s.io/utils/lru"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// maxUses of one object whose digests are kept.
const maxUses = 64

// table remembers digests of objects as they were at one resourceVersion. Entries are values that nobody changes: a new one replaces them.
type table struct{ cache *lru.Cache }

// entry of one object.
type entry struct {
	version Version
	size    int                       // of its values, in bytes
	sums    map[string]digest.Digests // use -> digests
}

func newTable(size int) *table { return &table{lru.New(size)} }

func (t *table) get(of name) (entry, bool) {
	found, ok := t.cache.Get(of)
	if !ok {
		return entry{}, false
	}
	return found.(entry), true
}

// put digests beside those of other uses at the same resourceVersion.
func (t *table) put(of name, e entry) {
	if old, found := t.get(of); found && old.version == e.version {
		for use, sums := range old.sums {
			if _, newer := e.sums[use]; !newer && len(e.sums) < maxUses {
				e.sums[use] = sums
			}
		}
	}
	t.cache.Add(of, e)
}

func (t *table) drop(of name) { t.cache.Remove(of) }

// answers for all refs under every key of the ring; false when one is not known.
func (e entry) answers(refs []digest.Ref, ring digest.Keyring) ([]digest.Digests, bool) {
	all := make([]digest.Digests, len(refs))
	for i, ref := range refs {
		sums, found := e.sums[useOf(ref)]
		if !found {
			return nil, false
		}
		for id := range ring.Keys {
			if _, found := sums[id]; !found {
				return nil, false
			}
		}
		all[i] = sums
	}
	return all, true
}

// useOf spells a reference, less its name, unambiguously: no data key holds a slash.
func useOf(ref digest.Ref) string {
	var b strings.Builder
	if ref.All {
		b.WriteString("all")
	}
	if ref.Optional {
		b.WriteString("optional")
	}
	for _, key := range ref.Keys {
		b.WriteByte('/')
		b.WriteString(key.Name)
		if key.Optional {
			b.WriteString("/")
		}
	}
	return b.String()
}
