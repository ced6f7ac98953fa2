package parse

import (
	"regexp"
	"sync"
)

// compiled compiles an expression on first use: most processes use none of them, and
// a hook starts too often to compile all.
func compiled(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
