package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Code gives, for a rule's package and each that it imports, a digest of the code:
// comments and layout do not count.
func (s *Set) Code(id string) (map[string]string, error) {
	files := s.sources[strings.ReplaceAll(id, "/", ".")]
	if len(files) == 0 {
		return nil, fmt.Errorf("code of %s: %w", id, s.Unknown(id))
	}
	modules, err := s.modules(files, false)
	if err != nil {
		return nil, err
	}
	text := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		text[dotted(modules[path].Package.Path)] += modules[path].String() + "\n"
	}
	for pkg, all := range text {
		sum := sha256.Sum256([]byte(all))
		text[pkg] = hex.EncodeToString(sum[:6])
	}
	return text, nil
}

// Data is the data that the authors' files bring. It must not be changed.
func (s *Set) Data() map[string]any { return s.data }
