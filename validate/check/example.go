package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/page"
	"github.com/lotus-lake/lotus-gate/validate/repo"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// exampleNow is the moment at which examples are judged.
var exampleNow = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Examples judges examples of rules as the gate judges repositories and the webhook
// requests. Use NewExamples; safe for concurrent use.
type Examples struct {
	set    *policy.Set
	data   map[string]any
	engine func() (*policy.Engine, error) // of examples without a configuration

	// Observe, when set, is given every document before it is judged, from many
	// goroutines. It is set before the first use.
	Observe func(policy.Document)
}

// NewExamples makes one for a set; data is what --data gives.
func NewExamples(set *policy.Set, data map[string]any) *Examples {
	e := &Examples{set: set, data: data}
	e.engine = sync.OnceValues(func() (*policy.Engine, error) { return e.tuned(config.Default()) })
	return e
}

// Judge gives what all rules say of an example: of its files as a working tree or,
// with a base, as a change; or of its request.
func (e *Examples) Judge(ctx context.Context, x page.Example) (Result, error) {
	if x.Request != nil {
		engine, err := e.engine()
		if err != nil {
			return Result{}, err
		}
		doc := x.Request.Document()
		if e.Observe != nil {
			e.Observe(doc)
		}
		findings, err := engine.Judge(ctx, doc, policy.Tip)
		return Result{Findings: policy.Sort(findings), Documents: 1}, err
	}
	if x.Audit != nil {
		engine, err := e.engine()
		if err != nil {
			return Result{}, err
		}
		doc, err := x.Audit.Document()
		if err != nil {
			return Result{}, &policy.LoadError{Err: err}
		}
		findings, err := engine.Judge(ctx, doc, policy.Tip)
		return Result{Findings: policy.Sort(findings), Documents: 1}, err
	}
	checker, tree, err := e.checker(x)
	if err != nil {
		return Result{}, err
	}
	return checker.example(ctx, x, tree)
}

// checker for an example, and its files.
func (e *Examples) checker(x page.Example) (*Checker, *lake.Files, error) {
	files := map[string]page.File{}
	for _, state := range x.History {
		maps.Copy(files, state.Files)
	}
	maps.Copy(files, x.Base)
	maps.Copy(files, x.Files)
	own := files[config.File]
	if x.By != "" {
		own = x.Base[config.File]
	}
	settings, err := config.Parse(config.File, own.Data)
	if err != nil {
		return nil, nil, &policy.LoadError{Err: err}
	}
	if err := settings.CheckRules(e.set); err != nil {
		return nil, nil, &policy.LoadError{Err: err}
	}
	prepare := e.engine
	if !own.Deleted() {
		prepare = func() (*policy.Engine, error) { return e.tuned(settings) }
	}
	engine, err := prepare()
	if err != nil {
		return nil, nil, err
	}
	return &Checker{Set: e.set, Engine: engine, Config: settings, Now: exampleNow, Observe: e.Observe}, memory(files), nil
}

func (e *Examples) tuned(settings config.Config) (*policy.Engine, error) {
	tuning, err := settings.Policy()
	if err != nil {
		return nil, &policy.LoadError{Err: err}
	}
	tuning.Data = e.data
	return policy.NewEngine(e.set, tuning)
}

func memory(files map[string]page.File) *lake.Files {
	data, links := map[string][]byte{}, map[string]string{}
	for path, f := range files {
		switch {
		case f.Deleted(), f.Ignored:
		case f.Symlink != "":
			links[path] = f.Symlink
		default:
			data[path] = append([]byte(nil), f.Data...)
		}
	}
	return lake.Memory(data, links)
}

// example judges an example's files: as they lie there, or against its base.
func (c *Checker) example(ctx context.Context, x page.Example, tree *lake.Files) (Result, error) {
	r := c.start()
	s := snapshot{tip: lake.NewView(tree, c.lake()), all: true, since: exampleSince(x)}
	if x.Base != nil {
		before := map[string]page.File{}
		for _, state := range x.History {
			maps.Copy(before, state.Files)
		}
		maps.Copy(before, x.Base)
		s.base = lake.NewView(memory(before), c.lake())
		s.touched = slices.Sorted(maps.Keys(x.Files))
	}
	if x.By != "" {
		if err := r.exampleCommit(ctx, x); err != nil {
			return Result{}, err
		}
	}
	files := map[string]page.File{}
	for i, state := range x.History {
		maps.Copy(files, state.Files)
		view := lake.NewView(memory(files), c.lake())
		for _, path := range slices.Sorted(maps.Keys(state.Files)) {
			entry, ok, _ := view.Entry(path)
			if !ok {
				continue
			}
			data, readErr := view.Read(entry)
			findings, err := r.document(ctx, view, entry, data, readErr, commitID(i), policy.History)
			if err != nil {
				return Result{}, err
			}
			r.keep(findings)
		}
	}
	if err := r.tip(ctx, s); err != nil {
		return Result{}, errors.Join(err, ctx.Err())
	}
	for path, f := range x.Files {
		if f.Ignored {
			r.ignoredState(ctx, path)
		}
	}
	return r.finish(ctx, true), nil
}

// exampleCommit judges an example's change as one commit, by who makes it.
func (r *run) exampleCommit(ctx context.Context, x page.Example) error {
	name, rest, _ := strings.Cut(x.By, " <")
	who := repo.Person{Name: name, Email: strings.TrimSuffix(rest, ">")}
	keys, err := r.Config.Trust.KeysOf(who.Email)
	if err != nil {
		return err
	}
	for path, f := range x.Files {
		if len(r.Config.Approvers(path)) == 0 {
			continue
		}
		how := changed
		if f.Deleted() {
			how = removed
		}
		findings, err := r.Engine.Judge(ctx, r.approval(path, how, &answer{author: who, committer: who, keys: len(keys)}), policy.History)
		if err != nil {
			return err
		}
		r.keep(findings)
	}
	return nil
}

func commitID(i int) string { return fmt.Sprintf("%040d", i+1) }

// exampleSince answers from an example's history; its base counts as committed
// just now.
func exampleSince(x page.Example) lake.Since {
	return func(_ context.Context, paths []string) (map[string]stream.Setting, error) {
		states := slices.Clone(x.History)
		if x.Base != nil {
			states = append(states, page.State{Files: x.Base})
		}
		var commits []stream.Commit
		files := map[string]page.File{}
		for i, state := range states {
			maps.Copy(files, state.Files)
			now := maps.Clone(files)
			commits = append(commits, stream.Commit{
				ID: commitID(i), When: exampleNow.Add(-state.Age),
				Blob: func(path string) (string, error) { return string(now[path].Data), nil },
			})
		}
		slices.Reverse(commits)
		history := func(yield func(stream.Commit, error) bool) {
			for _, c := range commits {
				if !yield(c, nil) {
					return
				}
			}
		}
		return stream.Settings(paths, history, func(path, blob string) (bool, error) {
			return stream.Read(path, []byte(blob)).Backfill(), nil
		})
	}
}
