// Package lazy puts work off until it is needed: a hook starts too often to do what
// most pushes do without.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression that is compiled on its first use.
func Regexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
