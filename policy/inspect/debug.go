package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/open-policy-agent/opa/v1/debug"
	"github.com/open-policy-agent/opa/v1/logging"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Stops say where an evaluation is held up by itself.
type Stops struct{ Entry, Fail, Result bool }

// Debug begins to evaluate a query on a document under a debugger, which stands still
// until it is told to go on. events is called for what happens; what print() says, the
// result and what went wrong are events too.
func (l *Lab) Debug(ctx context.Context, q Query, doc policy.Document, stops Stops, events func(debug.Event)) (debug.Session, error) {
	build, err := l.options(q)
	if err != nil {
		return nil, err
	}
	var options []debug.LaunchOption
	for _, option := range build {
		options = append(options, debug.RegoOption(option))
	}
	// The debugger has a store of its own, which it fills from files alone.
	dir, err := os.MkdirTemp("", "lotus-gate-debug-")
	if err != nil {
		return nil, fmt.Errorf("hand over data: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	data, err := json.Marshal(l.data)
	if err != nil {
		return nil, fmt.Errorf("hand over data: %w", err)
	}
	file := filepath.Join(dir, "data.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, fmt.Errorf("hand over data: %w", err)
	}
	session, err := debug.NewDebugger(debug.SetEventHandler(events), debug.SetMaxVariableLength(longestValue), debug.SetLogger(problems{&logging.NoOpLogger{}, events})).
		LaunchEval(ctx, debug.LaunchEvalProperties{
			Query: q.Text,
			Input: doc.Object(),
			LaunchProperties: debug.LaunchProperties{
				DataPaths: []string{file}, EnablePrint: true, StrictBuiltinErrors: true,
				StopOnEntry: stops.Entry, StopOnFail: stops.Fail, StopOnResult: stops.Result,
			},
		}, options...)
	if err != nil {
		return nil, &policy.LoadError{Err: fmt.Errorf("query %s: %w", q.Text, err)}
	}
	return session, nil
}

const longestValue = 4000 // bytes of a variable's value that are shown

// ProblemEvent is the type of events about an evaluation that failed.
const ProblemEvent = "problem"

// problems makes events of the errors that the debugger only logs.
type problems struct {
	*logging.NoOpLogger
	events func(debug.Event)
}

// Error implements logging.Logger.
func (p problems) Error(format string, args ...any) {
	p.events(debug.Event{Type: ProblemEvent, Message: fmt.Sprintf(format, args...)})
}
