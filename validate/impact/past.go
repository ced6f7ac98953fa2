package impact

import (
	"cmp"
	"path"
	"slices"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Commit is one of the line that was replayed.
type Commit struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	Author  string    `json:"author"`
	Subject string    `json:"subject"`
}

// Step is one commit, judged as the push that brought it.
type Step struct {
	Commit
	Findings  []policy.Finding            // what it would have been told
	Units     map[string][]policy.Finding // what the units that it concerned have after it
	Documents int
	Undecided []string
}

// Past is what would have been said of a line of history.
type Past struct {
	Refused []Commit     `json:"refused"` // commits, oldest first
	Found   []Occurrence `json:"found"`   // in the order of the commits that brought them
	Paths   []Path       `json:"paths"`   // whose pushes would have been refused, by directory
}

// Occurrence is a finding and how long it stood.
type Occurrence struct {
	policy.Finding
	Brought   Commit  `json:"brought"`             // by this commit of the line
	Refuses   bool    `json:"refuses"`             // else it would only have been told
	Mended    *Commit `json:"mended,omitempty"`    // by this one; absent while it stands
	Commits   int     `json:"commits"`             // of the line, for which it stood
	Days      int     `json:"days"`                // until it was mended, or until now
	Transient bool    `json:"transient,omitempty"` // it came and went within one push; history has it all the same
}

// Path is a directory, and who would have been affected there.
type Path struct {
	Path    string `json:"path"`
	Refused int    `json:"refused"` // commits
	Authors counts `json:"authors"`
}

// Replay gathers steps, oldest first.
type Replay struct {
	FailOn policy.Severity // the least severity that refuses
	Set    *policy.Set
	Now    time.Time

	past      Past
	standing  map[identity]int // index in past.Found
	began     []int            // for each of past.Found, the number of its step
	steps     int
	documents int
	warned    int
	refusals  map[string]int                        // by rule
	paths     map[string]map[string]map[string]bool // path, author, commits
	undecided []string
}

// identity is what makes findings one and the same at different times. Rules that
// are not ratcheted may tell ages, so that messages differ.
type identity struct{ unit, rule, path, field, message string }

func (r *Replay) identity(unit string, f policy.Finding) identity {
	if rule, ok := r.Set.Rule(f.Rule); ok && !rule.Ratchet {
		f.Message = ""
	}
	return identity{unit, f.Rule, f.Path, f.Field, f.Message}
}

// Add takes the next step of a line.
func (r *Replay) Add(s Step) {
	if r.standing == nil {
		r.standing, r.refusals, r.paths = map[identity]int{}, map[string]int{}, map[string]map[string]map[string]bool{}
	}
	r.steps++
	r.documents += s.Documents
	for _, u := range s.Undecided {
		r.undecided = append(r.undecided, "commit "+s.ID[:min(12, len(s.ID))]+": "+u)
	}
	units, now := map[identity]string{}, map[identity]bool{}
	for unit, findings := range s.Units {
		for _, f := range findings {
			now[r.identity(unit, f)] = true
			units[r.identity("", f)] = unit
		}
	}
	r.mend(s, now)
	refusing, warned := map[string]bool{}, false
	for _, f := range s.Findings {
		if !f.Blocks() {
			continue
		}
		refuses := f.Severity >= r.FailOn
		if refuses {
			refusing[f.Rule] = true
			r.affect(s.Commit, f)
		}
		warned = warned || !refuses
		unit, stays := units[r.identity("", f)]
		id := r.identity(unit, f)
		if _, known := r.standing[id]; known {
			continue // it refuses again and again, but it came before
		}
		occurrence := Occurrence{Finding: f, Brought: s.Commit, Refuses: refuses, Transient: !stays}
		r.past.Found, r.began = append(r.past.Found, occurrence), append(r.began, r.steps)
		if stays {
			r.standing[id] = len(r.past.Found) - 1
		}
	}
	for rule := range refusing {
		r.refusals[rule]++
	}
	switch {
	case len(refusing) > 0:
		r.past.Refused = append(r.past.Refused, s.Commit)
	case warned:
		r.warned++
	}
}

// mend ends what a step's units do not have any more.
func (r *Replay) mend(s Step, now map[identity]bool) {
	for id, i := range r.standing {
		if _, concerned := s.Units[id.unit]; !concerned || now[id] {
			continue
		}
		o, by := &r.past.Found[i], s.Commit
		o.Mended, o.Commits, o.Days = &by, r.steps-r.began[i], days(o.Brought.Time, s.Time)
		delete(r.standing, id)
	}
}

func (r *Replay) affect(c Commit, f policy.Finding) {
	dir := path.Dir(f.Path)
	if r.paths[dir] == nil {
		r.paths[dir] = map[string]map[string]bool{}
	}
	if r.paths[dir][c.Author] == nil {
		r.paths[dir][c.Author] = map[string]bool{}
	}
	r.paths[dir][c.Author][c.ID] = true
}

func days(from, to time.Time) int { return max(int(to.Sub(from).Hours()/24), 0) }

// End closes a line: what still stands has stood until now. Another may follow.
func (r *Replay) End() {
	for _, i := range r.standing {
		o := &r.past.Found[i]
		o.Commits, o.Days = r.steps-r.began[i]+1, days(o.Brought.Time, r.Now)
	}
	clear(r.standing)
}

// Report is what came of it, for the rules that were replayed.
func (r *Replay) Report(replayed []policy.Rule) Report {
	found := map[string]int{}
	for _, o := range r.past.Found {
		found[o.Rule]++
	}
	past := Past{Refused: []Commit{}, Found: []Occurrence{}, Paths: []Path{}}
	past.Refused, past.Found = append(past.Refused, r.past.Refused...), append(past.Found, r.past.Found...)
	for dir, authors := range r.paths {
		p, numbers := Path{Path: dir}, map[string]int{}
		for author, commits := range authors {
			numbers[author] = len(commits)
			p.Refused += len(commits)
		}
		p.Authors = countsOf(numbers)
		past.Paths = append(past.Paths, p)
	}
	slices.SortFunc(past.Paths, comparePaths)
	return Report{
		SchemaVersion: 1, Rules: rules(replayed, found, r.refusals), History: &past, Undecided: r.undecided,
		Summary: Summary{Commits: r.steps, Documents: r.documents, Refused: len(past.Refused), Warned: r.warned},
	}
}

func comparePaths(a, b Path) int {
	return cmp.Or(cmp.Compare(b.Refused, a.Refused), cmp.Compare(a.Path, b.Path))
}
