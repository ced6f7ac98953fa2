package inspect

import (
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Cost is what one line of Rego took, over all documents.
type Cost struct {
	Path  string        `json:"path"`
	Line  int           `json:"line"`
	Text  string        `json:"text"` // of the line
	Time  time.Duration `json:"time_ns"`
	Evals int           `json:"evaluated"`
	Redos int           `json:"redone"`
}

// Profile lists the most costly lines first, at most so many.
func (e *Evaluation) Profile(most int) []Cost {
	var costs []Cost
	for _, s := range e.profile.ReportTopNResults(most, []string{"total_time_ns", "num_eval", "num_redo", "file", "line"}) {
		costs = append(costs, Cost{
			s.Location.File, s.Location.Row, e.line(s.Location), time.Duration(s.ExprTimeNs), s.NumEval, s.NumRedo,
		})
	}
	return costs
}

// line is the text of a line of a module; what the expression itself says, of a query.
func (e *Evaluation) line(at *ast.Location) string {
	text, ok := e.lab.set.Text(at.File)
	lines := strings.Split(text, "\n")
	if !ok || at.Row < 1 || at.Row > len(lines) {
		return string(at.Text)
	}
	return strings.TrimSpace(lines[at.Row-1])
}
