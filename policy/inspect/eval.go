package inspect

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/profiler"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/lineage"
	"github.com/open-policy-agent/opa/v1/topdown/print"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Explanations are the ways in which an evaluation can be explained, as `opa eval` names
// them: everything, only what led to notes or failures, everything with its bookkeeping.
var Explanations = []string{"full", "notes", "fails", "debug"}

// Options say what is wanted beside results.
type Options struct {
	Explain string // one of Explanations, or ""
	Profile bool
}

// Evaluation asks one query of documents.
type Evaluation struct {
	lab     *Lab
	query   rego.PreparedEvalQuery
	options Options
	profile *profiler.Profiler
}

// Answer is what a query gave for one document.
type Answer struct {
	Values []any    // one for each way in which the query holds; none: undefined
	Prints []Print  // of print(), in order
	Trace  []string // lines, when they were asked for
}

// Print is what one call of print() said.
type Print struct {
	Path string `json:"path"` // of the file with the call
	Line int    `json:"line"`
	Text string `json:"text"`
}

// Evaluate compiles a query with what it refers to.
func (l *Lab) Evaluate(ctx context.Context, q Query, options Options) (*Evaluation, error) {
	if options.Explain != "" && !slices.Contains(Explanations, options.Explain) {
		return nil, &policy.LoadError{Err: fmt.Errorf("unknown explanation %q: want one of %s", options.Explain, strings.Join(Explanations, ", "))}
	}
	build, err := l.options(q)
	if err != nil {
		return nil, err
	}
	query, err := rego.New(append(build, rego.Store(inmem.NewFromObject(l.data)))...).PrepareForEval(ctx)
	if err != nil {
		return nil, &policy.LoadError{Err: fmt.Errorf("query %s: %w", q.Text, err)}
	}
	return &Evaluation{l, query, options, profiler.New()}, nil
}

// Ask evaluates the query on a document. With an error, the answer says what was
// printed and traced before it.
func (e *Evaluation) Ask(ctx context.Context, doc policy.Document) (Answer, error) {
	input, err := ast.InterfaceToValue(doc.Object())
	if err != nil {
		return Answer{}, fmt.Errorf("%s: build input: %w", doc.Path, err)
	}
	var answer Answer
	options := []rego.EvalOption{rego.EvalParsedInput(input), rego.EvalPrintHook((*prints)(&answer.Prints))}
	tracer := topdown.NewBufferTracer()
	if e.options.Explain != "" {
		options = append(options, rego.EvalQueryTracer(tracer))
	}
	if e.options.Profile {
		options = append(options, rego.EvalQueryTracer(e.profile))
	}
	results, err := e.query.Eval(ctx, options...)
	answer.Trace = explain(e.options.Explain, *tracer)
	if err != nil {
		return answer, fmt.Errorf("%s: %w", doc.Path, err)
	}
	for _, r := range results {
		answer.Values = append(answer.Values, value(r))
	}
	return answer, nil
}

// value is a result as short as it can be: the bindings, or else the expression.
func value(r rego.Result) any {
	switch {
	case len(r.Bindings) > 0:
		return map[string]any(r.Bindings)
	case len(r.Expressions) == 1:
		return r.Expressions[0].Value
	}
	var values []any
	for _, e := range r.Expressions {
		values = append(values, e.Value)
	}
	return values
}

func explain(mode string, trace []*topdown.Event) []string {
	filter := map[string]func([]*topdown.Event) []*topdown.Event{
		"full": lineage.Full, "notes": lineage.Notes, "fails": lineage.Fails, "debug": lineage.Debug,
	}[mode]
	if filter == nil {
		return nil
	}
	var b bytes.Buffer
	topdown.PrettyTraceWithOpts(&b, filter(trace), topdown.PrettyTraceOptions{Locations: true, ExprVariables: true})
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}

// prints gathers what print() says.
type prints []Print

// Print implements print.Hook.
func (p *prints) Print(c print.Context, text string) error {
	said := Print{Text: text}
	if c.Location != nil {
		said.Path, said.Line = c.Location.File, c.Location.Row
	}
	*p = append(*p, said)
	return nil
}
