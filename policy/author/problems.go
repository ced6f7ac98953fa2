package author

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/lines"
)

// A Problem is a mistake of an author, and how to mend it.
type Problem struct {
	Path   string `json:"path"`
	Line   int    `json:"line"` // 0 for the file as a whole
	Text   string `json:"message"`
	Remedy string `json:"remedy,omitempty"`
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.Path + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Text)
}

func sortProblems(problems []Problem) []Problem {
	slices.SortFunc(problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), strings.Compare(a.Text, b.Text))
	})
	return slices.Compact(problems)
}

// problemsOf takes an error of loading or compiling apart. What has no place in a file
// is an error.
func problemsOf(err error) ([]Problem, error) {
	var all []Problem
	for _, one := range lines.All(err) {
		var compiled ast.Errors
		var single *ast.Error
		var place *policy.PlaceError
		switch {
		case errors.As(one, &compiled):
			for _, e := range compiled {
				all = append(all, compileProblem(e))
			}
		case errors.As(one, &single):
			all = append(all, compileProblem(single))
		case errors.As(one, &place):
			all = append(all, Problem{place.Path, place.Line, place.Err.Error(), placeRemedy(place.Err.Error())})
		default:
			return nil, one
		}
	}
	return all, nil
}

// compileProblem says what OPA found wrong, and what helps.
func compileProblem(e *ast.Error) Problem {
	p := Problem{Path: "-", Text: e.Code + ": " + e.Message}
	if e.Location != nil {
		p.Path, p.Line = e.Location.File, e.Location.Row
	}
	d, invalid := e.Details.(*ast.RefErrInvalidDetail)
	switch {
	case invalid && len(d.OneOf) > 0:
		var names []string
		for _, v := range d.OneOf {
			names = append(names, strings.Trim(v.String(), `"`))
		}
		p.Remedy = "there are " + strings.Join(names, ", ") + ": docs/inputs.md says what they mean"
	case strings.Contains(e.Message, "undefined ref: input"):
		p.Remedy = "docs/inputs.md describes what each kind of document has, and `gate input` prints documents"
	case strings.Contains(e.Message, "unsafe built-in"):
		p.Remedy = "rules see their input and nothing else: hand over facts with --data"
	case strings.Contains(e.Message, "unused"), strings.Contains(e.Message, "shadowed"):
		p.Remedy = "remove it, or use it"
	}
	return p
}

func placeRemedy(text string) string {
	switch {
	case strings.HasPrefix(text, "METADATA:"), strings.Contains(text, "has no METADATA"):
		return "docs/authors.md shows a whole METADATA block; `gate policy new` writes one"
	case strings.HasPrefix(text, "imports data."):
		return "write the package, or take the import away; shipped helpers are data.lib.…"
	case strings.Contains(text, "defines no `deny contains"):
		return "the gate reads `deny` and nothing else; helpers go to a package under lib"
	}
	return ""
}

// linesOf turns mistakes in the YAML of an author into problems.
func linesOf(file string, err error) []Problem {
	var all []Problem
	for _, one := range lines.All(err) {
		var at *lines.Error
		if errors.As(one, &at) {
			all = append(all, Problem{file, at.Line, at.Text, ""})
		} else {
			all = append(all, Problem{Path: file, Text: one.Error()})
		}
	}
	return all
}
