package scenario

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// mark begins every planted value, and occurs nowhere else.
const mark = "planted-"

// Planted makes values of Secrets that must be found nowhere else.
type Planted struct{}

// New value, of 24 characters.
func (Planted) New() string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // it never fails
	return mark + hex.EncodeToString(random[:])
}

// Found is where in a text a planted value begins, as it is or in base64 at any offset, with what surrounds it; "" when there is none.
func (Planted) Found(text string) string {
	forms := []string{mark}
	for lead := range 3 { // what there is of base64 that does not depend on the neighbours
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", lead) + mark))
		forms = append(forms, encoded[(lead*8+5)/6:(lead+len(mark))*8/6])
	}
	for _, form := range forms {
		if at := strings.Index(text, form); at >= 0 {
			return text[max(0, at-100):min(len(text), at+100)]
		}
	}
	return ""
}
