//go:build ignore

// Writes the chart's webhook entries from the shipped rules.
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/serve/registration"
)

func main() {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		log.Fatal(err)
	}
	files, err := registration.ChartFiles(set.Rules())
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join("..", "..", "charts", "lotus-gate", "files", name), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
