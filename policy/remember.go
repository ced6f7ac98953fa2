package policy

import (
	"crypto/sha256"
	"encoding/json"
	"sync"
)

// maxMemory bounds what is remembered, in documents: most of them are one empty
// list.
const maxMemory = 1 << 18

// memory is what rules said of documents, by content. A nil memory remembers
// nothing.
type memory struct {
	mu    sync.Mutex
	known map[memoryKey][][]any
}

type memoryKey [sha256.Size]byte

func newMemory() *memory { return &memory{known: map[memoryKey][][]any{}} }

// recall gives the deny sets of rules on a document, from memory or else by
// judging it. The place of a finding in the text is no part of them, so that it is
// right where only the text around has changed.
func (m *memory) recall(doc Document, place string, rules []Rule, judge func() ([][]any, error)) ([][]any, error) {
	if m == nil {
		return judge()
	}
	key, ok := keyOf(doc, place, rules)
	if !ok {
		return judge()
	}
	m.mu.Lock()
	denials, known := m.known[key]
	m.mu.Unlock()
	if known {
		return denials, nil
	}
	denials, err := judge()
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxMemory {
		clear(m.known)
	}
	m.known[key] = denials
	return denials, nil
}

// keyOf names all that a verdict depends on: the rules, the document as they see
// it, and where it is.
func keyOf(doc Document, place string, rules []Rule) (memoryKey, bool) {
	sum := sha256.New()
	enc := json.NewEncoder(sum)
	ids := make([]string, len(rules))
	for i, rule := range rules {
		ids[i] = rule.ID
	}
	if enc.Encode(ids) != nil || enc.Encode([]string{doc.Kind, doc.Path, place}) != nil || enc.Encode(doc.Input) != nil {
		return memoryKey{}, false
	}
	return memoryKey(sum.Sum(nil)), true
}
