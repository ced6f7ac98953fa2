package parse

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled on its first use: a hook starts
// too often to compile what most pushes do not need.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
