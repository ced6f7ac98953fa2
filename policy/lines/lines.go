// Package lines tells of mistakes in an author's YAML with the lines on which they are.
package lines

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Error is a mistake at a line of a file.
type Error struct {
	File string // its name
	Line int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("%s: line %d: %s", e.File, e.Line, e.Text) }

// Compiled on first use, for the gate hardly ever needs them.
var (
	atLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:yaml: )?line ([0-9]+): `) })
	inType = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`( in type| into) (\w+\.\w+|struct \{.*\})`) })
)

// Of takes what the YAML library says apart, without the names of our types: an *Error
// for each mistake.
func Of(file string, err error) []error {
	said := []string{err.Error()}
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		said = wrong.Errors
	}
	var errs []error
	for _, text := range said {
		line := 1
		if at := atLine().FindStringSubmatch(text); at != nil {
			line, _ = strconv.Atoi(at[1])
			text = text[len(at[0]):]
		}
		errs = append(errs, &Error{file, line, inType().ReplaceAllString(strings.TrimPrefix(text, "yaml: "), "")})
	}
	return errs
}

// All lists the errors that an error joins, itself when it joins none, none of nil.
func All(err error) []error {
	var many interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &many):
		return []error{err}
	}
	var all []error
	for _, one := range many.Unwrap() {
		all = append(all, All(one)...)
	}
	return all
}
