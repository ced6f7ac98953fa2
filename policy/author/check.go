package author

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/page"
)

// Checks says what is checked.
type Checks struct {
	Embedded   fs.FS          // shipped rules; nil for none
	Paths      []string       // an author's directories and files
	Data       map[string]any // for the rules, as --data gives it
	Config     string         // name of a .lotus-gate.yaml whose rule ids are checked; "" for none
	ConfigText []byte
}

// Check says, in the order of files and lines, what is wrong with rules that would
// load or, worse, load and never do what they were written for. What does not load is
// said first: the rest can only be told of rules that do.
func Check(ctx context.Context, c Checks) ([]Problem, error) {
	set, err := policy.Load(c.Embedded, c.Paths)
	if err == nil {
		err = set.CheckTests()
	}
	problems, err := problemsOf(err)
	if err != nil {
		return nil, err
	}
	mutations, err := find(c.Paths, MutationsFile)
	if err != nil {
		return nil, err
	}
	for _, name := range mutations {
		problems = append(problems, checkMutations(name)...)
	}
	if set == nil || len(problems) > 0 {
		return sortProblems(problems), nil
	}
	files, err := set.Authored()
	if err != nil {
		return nil, err
	}
	a := &audit{set: set, files: files, data: slices.Sorted(maps.Keys(c.Data))}
	for _, file := range files {
		a.ids(file)
		a.namespaces(file)
	}
	a.unread()
	for _, rule := range set.AuthoredRules() {
		file, ok := a.file(rule)
		if !ok {
			continue
		}
		a.metadata(rule, file)
		if err := a.fires(ctx, rule, file); err != nil {
			return nil, err
		}
		if err := a.examples(rule); err != nil {
			return nil, err
		}
	}
	if c.Config != "" {
		a.config(c.Config, c.ConfigText)
	}
	return sortProblems(a.problems), nil
}

// audit gathers problems of a set that loads.
type audit struct {
	set      *policy.Set
	files    []policy.Authored
	data     []string // roots of data that come with --data
	problems []Problem
}

func (a *audit) add(path string, line int, remedy, format string, args ...any) {
	a.problems = append(a.problems, Problem{path, line, fmt.Sprintf(format, args...), remedy})
}

// file that defines a rule.
func (a *audit) file(rule policy.Rule) (policy.Authored, bool) {
	i := slices.IndexFunc(a.files, func(f policy.Authored) bool { return !f.Test && f.Path == a.set.Place(rule.ID) })
	if i < 0 {
		return policy.Authored{}, false
	}
	return a.files[i], true
}

// examples that are there must be well formed; `gate policy test` judges them.
func (a *audit) examples(rule policy.Rule) error {
	text, err := a.set.Examples(rule.ID)
	if err != nil {
		return &policy.LoadError{Err: err}
	}
	if text == nil {
		return nil
	}
	file := filepath.Join(filepath.Dir(a.set.Place(rule.ID)), ExamplesFile)
	examples, err := page.Parse(text)
	if err != nil {
		a.problems = append(a.problems, linesOf(file, err)...)
		return nil
	}
	for _, err := range examples.Check() {
		a.problems = append(a.problems, linesOf(file, err)...)
	}
	return nil
}
