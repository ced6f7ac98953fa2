package policy

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// Config tunes a set for one repository or cluster.
type Config struct {
	Rules  map[string]RuleConfig // by rule id
	Layout map[string]any        // data.layout
	Data   map[string]any        // merged at the root of data
	Limits Limits

	// Match reports whether a place, a path of a repository or a namespace of a
	// cluster, is one that a name of PlaceConfig stands for. nil: none is.
	Match func(name, place string) bool

	// Remember keeps what rules said of a document by its content, for replays of
	// a history in which the same content comes again. Rules then see documents as
	// those of a working tree, without their commit.
	Remember bool
}

// RuleConfig overrides what a rule's METADATA says.
type RuleConfig struct {
	Disabled   bool
	Severity   Severity // 0 keeps the rule's own
	Parameters map[string]any
	Action     Stages // nil keeps what METADATA says

	// Places say otherwise for some places. The first with a name that matches
	// decides; what it leaves out is the rule's.
	Places []PlaceConfig
}

// PlaceConfig overrides parameters, one by one, and action at some places.
type PlaceConfig struct {
	Names      []string
	Parameters map[string]any
	Action     Stages
}

// Engine judges documents. It is safe for concurrent use.
type Engine struct {
	set     *Set
	store   storage.Store
	limits  Limits
	groups  map[group]*grouped
	workers workers

	data       map[string]any
	parameters map[string]any // by rule id
	stages     map[string]Stages
	places     map[string][]PlaceConfig
	match      func(name, place string) bool
	admissions *admissions
	memory     *memory // nil: nothing is remembered

	mu     sync.Mutex
	stores map[string]storage.Store // of places with parameters of their own
}

// NewEngine checks the configuration against the set. Nothing is compiled yet.
func NewEngine(set *Set, config Config) (*Engine, error) {
	e := &Engine{
		set: set, limits: config.Limits, groups: map[group]*grouped{},
		workers: make(workers, runtime.GOMAXPROCS(0)), stores: map[string]storage.Store{},
		stages: map[string]Stages{}, places: map[string][]PlaceConfig{}, match: config.Match,
	}
	if e.match == nil {
		e.match = func(string, string) bool { return false }
	}
	if config.Remember {
		e.memory = newMemory()
	}
	e.limits.Time = cmp.Or(e.limits.Time, DefaultLimits.Time)
	e.limits.Memory = cmp.Or(e.limits.Memory, DefaultLimits.Memory)
	data, err := config.Root(set)
	if err != nil {
		return nil, err
	}
	var onRequests []Rule
	for _, rule := range set.Rules() {
		override := config.Rules[rule.ID]
		if override.Disabled {
			continue
		}
		e.stages[rule.ID] = rule.Action
		if override.Action != nil {
			e.stages[rule.ID] = override.Action
		}
		if len(override.Places) > 0 {
			e.places[rule.ID] = override.Places
		}
		if override.Severity != 0 {
			rule.Severity = override.Severity
		}
		for _, kind := range rule.Kinds {
			g := group{kind, rule.When}
			if e.groups[g] == nil {
				e.groups[g] = &grouped{part: e.newPart}
			}
			e.groups[g].add(rule, set.needs(rule.ID))
		}
		if rule.Admission != nil {
			onRequests = append(onRequests, rule)
		}
	}
	e.parameters, e.admissions = data["parameters"].(map[string]any), newAdmissions(onRequests)
	e.data, e.store = data, placedStore{inmem.NewFromObject(data)}
	runtime.AddCleanup(e, workers.stop, e.workers)
	return e, nil
}

// Wants reports whether any enabled rule judges documents of a kind at a time:
// what no rule wants need not be built.
func (e *Engine) Wants(kind string, when When) bool { return e.groups[group{kind, when}] != nil }

// rules are the enabled rules for a kind at a time.
func (e *Engine) rules(kind string, when When) []Rule {
	if g := e.groups[group{kind, when}]; g != nil {
		return g.rules
	}
	return nil
}

// Acts reports whether any enabled rule judges at a time.
func (e *Engine) Acts(when When) bool {
	for g := range e.groups {
		if g.when == when {
			return true
		}
	}
	return false
}

// Strings is the union of a list parameter over the enabled rules that judge a
// kind: what such rules look for, a builder of documents may have to look for
// too.
func (e *Engine) Strings(kind, parameter string) []string {
	var all []string
	for _, when := range []When{History, Tip} {
		for _, rule := range e.rules(kind, when) {
			own, _ := e.parameters[rule.ID].(map[string]any)
			all = append(all, texts(own[parameter])...)
			for _, place := range e.places[rule.ID] {
				all = append(all, texts(place.Parameters[parameter])...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// texts are the strings of a list.
func texts(value any) []string {
	list, _ := value.([]any)
	var all []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// Prepare compiles the rules that concern every document of some kinds in the background,
// so that the compilation overlaps with reading files. Errors come back from Judge.
func (e *Engine) Prepare(when When, kinds ...string) {
	for _, kind := range kinds {
		if g := e.groups[group{kind, when}]; g != nil {
			for _, p := range g.always() {
				go p.query() //nolint:errcheck // Judge asks again and gets the same error
			}
		}
	}
}

// Judge returns what the rules for that kind and time say of the document,
// unsorted. An error means that no verdict was reached.
func (e *Engine) Judge(ctx context.Context, doc Document, when When) ([]Finding, error) {
	g := e.groups[group{doc.Kind, when}]
	if g == nil {
		return nil, nil
	}
	var findings []Finding
	for _, p := range g.parts(doc) {
		found, err := e.judge(ctx, doc, doc.Path, p.rules, p.query)
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

// judge evaluates rules on a document, with their parameters at a place and the
// query that was prepared of them.
func (e *Engine) judge(ctx context.Context, doc Document, place string, rules []Rule, prepared func() (rego.PreparedEvalQuery, error)) ([]Finding, error) {
	denials, err := e.memory.recall(doc, place, rules, func() ([][]any, error) { return e.eval(ctx, doc, place, rules, prepared) })
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for i, rule := range rules {
		for _, d := range denials[i] {
			f, err := newFinding(rule, doc, d)
			if err != nil {
				return nil, err
			}
			findings = append(findings, f)
		}
	}
	return findings, nil
}

// eval gives the deny set of each rule.
func (e *Engine) eval(ctx context.Context, doc Document, place string, rules []Rule, prepared func() (rego.PreparedEvalQuery, error)) ([][]any, error) {
	query, err := prepared()
	if err != nil {
		return nil, err
	}
	if e.memory != nil {
		doc.Commit = ""
	}
	input, err := doc.value()
	if err != nil {
		return nil, fmt.Errorf("%s: build input: %w", doc.Path, err)
	}
	txn, err := e.begin(ctx, rules, place)
	if err != nil {
		return nil, fmt.Errorf("%s: judge %s: %w", doc.Path, doc.Kind, err)
	}
	options := []rego.EvalOption{rego.EvalParsedInput(input)}
	if txn != nil {
		options = append(options, rego.EvalTransaction(txn))
	}
	results, err := bound(ctx, e.workers, e.limits, func(ctx context.Context) (rego.ResultSet, error) {
		if txn != nil {
			defer e.store.Abort(ctx, txn) // here, for an evaluation may be left behind
		}
		return query.Eval(ctx, options...)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: judge %s: %w", doc.Path, doc.Kind, err)
	}
	if len(results) != 1 {
		return nil, fmt.Errorf("%s: judge %s: %d results, want 1", doc.Path, doc.Kind, len(results))
	}
	denials := make([][]any, len(rules))
	for i := range rules {
		denials[i], _ = results[0].Bindings[fmt.Sprintf("x%d", i)].([]any)
	}
	return denials, nil
}

// prepare compiles one query that asks for all of some rules at once.
func (e *Engine) prepare(rules []Rule) (rego.PreparedEvalQuery, error) {
	compiler, err := e.set.compile(rules)
	if err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	var body strings.Builder
	for i, rule := range rules {
		ref := ast.DefaultRootRef
		for part := range strings.SplitSeq(rule.ID, "/") {
			ref = ref.Append(ast.StringTerm(part))
		}
		fmt.Fprintf(&body, "x%d = %s\n", i, ref.Append(ast.StringTerm("deny")))
	}
	query, err := rego.New(rego.Compiler(compiler), rego.Store(e.store), rego.Query(body.String()),
		rego.StrictBuiltinErrors(true), rego.Runtime(e.set.environment())).PrepareForEval(context.Background())
	if err != nil {
		return query, fmt.Errorf("prepare rules: %w", err)
	}
	return query, nil
}
