//go:build ignore

// Writes index.json from the rules of this folder.
package main

import (
	"log"
	"os"

	"github.com/lotus-lake/lotus-gate/policy"
)

func main() {
	index, err := policy.Index(os.DirFS("."))
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(policy.IndexFile, index, 0o644); err != nil {
		log.Fatal(err)
	}
}
