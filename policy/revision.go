package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Revision names the content of the set: twelve hex digits that change when any
// rule or helper does.
func (s *Set) Revision() (string, error) {
	var all []source
	for _, files := range s.sources {
		all = append(all, files...)
	}
	slices.SortFunc(all, func(a, b source) int { return strings.Compare(a.Path, b.Path) })
	sum := sha256.New()
	for _, src := range all {
		text := src.text
		if text == "" {
			raw, err := fs.ReadFile(s.builtin, src.Path)
			if err != nil {
				return "", fmt.Errorf("read rule: %w", err)
			}
			text = string(raw)
		}
		fmt.Fprintf(sum, "%d:%s%d:%s", len(src.Path), src.Path, len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6]), nil
}
