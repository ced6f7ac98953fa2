package validate

import (
	"strings"
	"testing"

	"github.com/lotus-lake/lotus-gate/policy"
)

// BenchmarkHandle is the handler alone, without HTTP, with the rules compiled.
func BenchmarkHandle(b *testing.B) {
	h := shippedHandler(b, facts{"terraforms": []any{map[string]any{
		"namespace": "lotus-lake", "name": "lake", "workspace": "default", "suffix": "lake", "backend": "secret", "service_account": "tf-runner",
	}}}, policy.Config{})
	small, large, changed := stateSecret(), stateSecret(), stateSecret()
	large["data"] = map[string]any{"tfstate": strings.Repeat("QUJD", 1<<20/4)}
	changed["data"] = map[string]any{"tfstate": strings.Repeat("QUJE", 1<<20/4)}
	mebibyte := update(b, secrets, large, changed)
	mebibyte.UserInfo.Username = "system:serviceaccount:lotus-lake:tf-runner"
	b.Run("Terraform", func(b *testing.B) {
		r := update(b, terraforms, terraform(nil), terraform(map[string]any{"interval": "4m"}))
		b.ReportAllocs()
		for b.Loop() {
			if !h.Handle(b.Context(), r).Allowed {
				b.Fatal("refused")
			}
		}
	})
	b.Run("StateRefused", func(b *testing.B) {
		r := remove(b, secrets, small)
		b.ReportAllocs()
		for b.Loop() {
			if h.Handle(b.Context(), r).Allowed {
				b.Fatal("allowed")
			}
		}
	})
	b.Run("State1MiB", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !h.Handle(b.Context(), mebibyte).Allowed {
				b.Fatal("refused")
			}
		}
	})
	b.Run("NoConcern", func(b *testing.B) {
		r := create(b, configMaps, map[string]any{"metadata": map[string]any{"name": "a"}})
		r.Resource.Resource = "pods"
		b.ReportAllocs()
		for b.Loop() {
			h.Handle(b.Context(), r)
		}
	})
}
