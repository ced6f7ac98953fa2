package delivery

import (
	"fmt"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// Target is what is followed: a commit, or with the zero value whatever each source
// serves.
type Target struct {
	Commit string
	// Ref that was pushed, by its full name; "" when only the commit is known.
	Ref string
}

// History tells how commits of the repository are related. Commits that the
// repository does not have are contained in nothing.
type History interface {
	Knows(commit string) bool
	// Whole: there is no commit of the repository that it does not know, as on its
	// server. A clone may be behind, or shallow.
	Whole() bool
	// Contains reports whether a commit is tip or one of its ancestors.
	Contains(tip, commit string) (bool, error)
}

// Alone is the history of nobody's repository: a commit is known by its name only.
type Alone struct{}

// Knows nothing.
func (Alone) Knows(string) bool { return false }

// Whole it is not.
func (Alone) Whole() bool { return false }

// Contains itself.
func (Alone) Contains(tip, commit string) (bool, error) { return tip == commit, nil }

// concerned reports whether a source can come to serve the target: it follows what was
// pushed, and what it serves now is of the same repository. Named says that whoever
// asks named this source.
func concerned(s *Source, target Target, history History, named bool) bool {
	if s.Kind != "GitRepository" {
		return target.Commit == ""
	}
	if s.Object == nil || target.Commit == "" {
		return true
	}
	if target.Ref != "" && !s.Object.Follows(target.Ref) {
		return false
	}
	at := tofu.CommitOf(s.Object.Revision())
	return named || at == "" || history.Knows(at) || !history.Whole()
}

// arrival says whether a source serves the target.
type arrival int

const (
	not     arrival = iota
	exactly         // this very commit
	within          // a later one, which contains it
	unknown         // the repository does not know the commit that the source has
)

func arrived(s *Source, target Target, history History) (arrival, error) {
	revision := s.Object.Revision()
	at := tofu.CommitOf(revision)
	switch {
	case revision == "":
		return not, nil
	case target.Commit == "", at == target.Commit:
		return exactly, nil
	case !history.Knows(at):
		return unknown, nil
	}
	contained, err := history.Contains(at, target.Commit)
	if err != nil {
		return not, fmt.Errorf("compare %s with what %s serves: %w", target.Commit, s, err)
	}
	if contained {
		return within, nil
	}
	return not, nil
}
