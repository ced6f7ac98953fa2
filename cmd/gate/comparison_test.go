package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestComparison follows the links of docs/comparison.md: what it says that we do is held by a test of that name.
func TestComparison(t *testing.T) {
	docs := filepath.Join(sourceDir, "..", "..", "docs")
	text := read(t, filepath.Join(docs, "comparison.md"))
	links := regexp.MustCompile(`\]\((\.\./[^ )]+)(?: "(\w+)")?\)`).FindAllStringSubmatch(text, -1)
	if len(links) < 30 {
		t.Errorf("%d links", len(links))
	}
	for _, link := range links {
		held, err := os.ReadFile(filepath.Join(docs, link[1]))
		switch {
		case err != nil:
			t.Error(err)
		case link[2] == "" && !strings.HasSuffix(link[1], ".txtar"):
			t.Errorf("%s: which test?", link[1])
		case link[2] != "" && !strings.Contains(string(held), "func "+link[2]+"("):
			t.Errorf("%s has no %s", link[1], link[2])
		}
	}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSuffix(strings.TrimSpace(line), "|"), "|")
		if len(cells) < 5 || strings.HasPrefix(cells[1], "-") || strings.TrimSpace(cells[1]) == "" {
			continue
		}
		if ours := strings.TrimSpace(cells[len(cells)-1]); !strings.Contains(ours, "](") {
			t.Errorf("without a link: %s", ours)
		}
	}
}
