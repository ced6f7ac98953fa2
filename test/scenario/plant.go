package scenario

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
)

// Planted are values of Secrets that must be found nowhere else.
type Planted struct {
	mu     sync.Mutex
	values []string
}

// New value, of 24 characters that occur nowhere by chance.
func (p *Planted) New() string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // it never fails
	value := "planted-" + hex.EncodeToString(random[:])
	p.mu.Lock()
	defer p.mu.Unlock()
	p.values = append(p.values, value)
	return value
}

// Found is every planted value in a text, as it is or in base64 at any offset.
func (p *Planted) Found(text string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []string
	for _, value := range p.values {
		forms := []string{value[len("planted-"):]}
		for lead := range 3 { // what is left of base64 that does not depend on the neighbours
			encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", lead) + value))
			forms = append(forms, encoded[(lead*8+5)/6:len(encoded)-4])
		}
		for _, form := range forms {
			if strings.Contains(text, form) {
				found = append(found, value)
				break
			}
		}
	}
	return found
}
