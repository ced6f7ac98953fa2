package audit

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Kinds are the kinds of documents of the scope `audit`; docs/inputs.md describes
// their fields.
var Kinds = []string{KindResource, KindState, KindDelivery, KindWorkload, KindBackfill}

// The kinds, one by one.
const (
	KindResource = "resource"
	KindState    = "state"
	KindDelivery = "delivery"
	KindWorkload = "workload"
	KindBackfill = "backfill"
)

// Documents builds the documents of the wanted kinds, one after the other, so that
// no more of them exist than are being judged.
func (f *Facts) Documents(wants func(kind string) bool) iter.Seq[policy.Document] {
	return func(yield func(policy.Document) bool) {
		j := f.join()
		if wants(KindResource) && !f.resources(j, yield) {
			return
		}
		if wants(KindState) && f.States != nil {
			shared := f.States.shared()
			for i := range f.States.All {
				if !yield(f.state(&f.States.All[i], shared)) {
					return
				}
			}
		}
		if wants(KindDelivery) {
			for i := range f.Deliveries {
				if !yield(f.delivery(&f.Deliveries[i])) {
					return
				}
			}
		}
		if wants(KindWorkload) {
			for i := range f.Workloads {
				if !yield(f.workload(&f.Workloads[i])) {
					return
				}
			}
		}
		if wants(KindBackfill) {
			for i := range f.Backfills {
				if !yield(f.backfill(j, &f.Backfills[i])) {
					return
				}
			}
		}
	}
}

// document is one whose findings stand at a place: in a file of the repository, or
// at something that has no lines.
func document(kind string, at Position, input map[string]any) policy.Document {
	return policy.Document{Kind: kind, Path: at.Path, Input: input, At: &policy.Position{Path: at.Path, Line: at.Line, Column: at.Column}}
}

func (p Position) fact() map[string]any {
	return map[string]any{"path": p.Path, "line": p.Line, "column": p.Column}
}

func (n Name) fact() map[string]any {
	return map[string]any{"namespace": n.Namespace, "name": n.Name}
}

// orNull is null for what nobody says.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// moment is a time as RFC 3339, or null.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// ago is how many seconds ago something was, or null.
func (f *Facts) ago(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return int64(max(0, f.Now.Sub(t)) / time.Second)
}

// newer is by how many seconds a is later than b; null when either is not known.
func newer(a, b time.Time) any {
	if a.IsZero() || b.IsZero() {
		return nil
	}
	return int64(a.Sub(b) / time.Second)
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// accessKeys says which access keys the S3 server knows; nothing when nobody knows
// what it knows.
func (f *Facts) accessKeys(held []AccessKey) []any {
	out := []any{}
	if f.Identities == nil {
		return out
	}
	for _, key := range held {
		out = append(out, map[string]any{"where": key.Where, "known": f.Identities[key.Digest]})
	}
	return out
}

// inputs are the Secrets that something uses, and whether they changed after it took
// them.
func inputs(secrets []Secret, taken time.Time) []any {
	out := []any{}
	for _, s := range secrets {
		out = append(out, map[string]any{"kind": s.Kind, "name": s.Name, "changed": moment(s.Changed), "newer_seconds": newer(s.Changed, taken)})
	}
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
