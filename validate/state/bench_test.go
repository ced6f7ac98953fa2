package state

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// BenchmarkQuick dismisses typical files of 10 KB, and a larger one of each.
func BenchmarkQuick(b *testing.B) {
	files := ordinary()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for size, data := range map[string]string{"10KB": files[name], "1MB": strings.Repeat(files[name], 100)} {
			b.Run(name+"/"+size, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				bytes := []byte(data)
				for b.Loop() {
					if Quick(bytes) {
						b.Fatal("not dismissed")
					}
				}
			})
		}
	}
}

// BenchmarkContent looks into what the prefilter lets through.
func BenchmarkContent(b *testing.B) {
	for name, data := range map[string]string{
		"state of 1 MB":           `{"version":4,"lineage":"x","serial":1,"resources":[` + strings.Repeat(stateCompact+",\n", 7000) + `0]}`,
		"Secret":                  stateSecret("tfstate-default-x", b64(gz(strings.Repeat(stateV4, 100)))),
		"prose that names it":     strings.Repeat("Secret tfstate-default-x, kind: its lineage, serial and version.\n", 150),
		"gzip of 1 MB of nothing": gz(noisy(mebibyte)),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			bytes := []byte(data)
			for b.Loop() {
				Content("a", bytes, DefaultLimits())
			}
		})
	}
}
