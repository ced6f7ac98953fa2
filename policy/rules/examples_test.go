package rules_test

import (
	"testing"

	"github.com/lotus-lake/lotus-gate/validate/page"
)

func TestExamplesAreWellFormed(t *testing.T) {
	for file, text := range files(t, "examples.yaml") {
		examples, err := page.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, err := range examples.Check() {
			t.Errorf("%s: %v", file, err)
		}
	}
}
