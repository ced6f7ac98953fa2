package mutate_test

import (
	"bytes"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/mutate/digest"
)

// One live look at a Secret through a warm client: small, large and known to the table, and large and new to it.
func BenchmarkRead(b *testing.B) {
	w := newWorld(b)
	large := w.secret("large", "")
	large.Data["k"] = bytes.Repeat([]byte("x"), 1<<20-100)
	w.create(large)
	w.create(w.secret("small", "v"))
	for _, name := range []string{"small", "large", "absent"} {
		b.Run(name, func(b *testing.B) {
			ref := digest.Ref{Kind: digest.Secret, Name: name, All: true}
			for b.Loop() {
				if _, err := w.values.Digests(b.Context(), w.namespace, ref); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("large and new", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i++
			ref := digest.Ref{Kind: digest.Secret, Name: "large", Keys: []digest.Key{{Name: "k"}, {Name: string(rune('a' + i%26)), Optional: true}, {Name: string(rune('a' + i/26%26)), Optional: true}}}
			if _, err := w.values.Digests(b.Context(), w.namespace, ref); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// What a client of the API server waits for the creation of a Deployment, with no reference and with one.
func BenchmarkCreate(b *testing.B) {
	w := newWorld(b)
	w.create(w.secret("a", "v"))
	for name, secrets := range map[string][]string{"no reference": nil, "one reference": {"a"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := w.Create(b.Context(), deployment(w.namespace, "d", "v1", secrets...), client.DryRunAll); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
