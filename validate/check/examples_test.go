package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/page"
	"github.com/lotus-lake/lotus-gate/validate/stream"
)

// exampleNow is the moment at which examples are judged.
var exampleNow = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// TestExamples runs every example of every shipped rule through files, facts
// and rule, as a working tree or, with a base, as a change.
func TestExamples(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range set.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			examples, err := readExamples(set, rule.ID)
			if err != nil {
				t.Fatal(err)
			}
			if len(examples.Good) == 0 || len(examples.Bad) == 0 {
				t.Fatal("a rule needs good and bad examples")
			}
			for _, x := range examples.Good {
				t.Run("good: "+x.Name, func(t *testing.T) { checkExample(t, set, rule.ID, x) })
			}
			for _, x := range examples.Bad {
				t.Run("bad: "+x.Name, func(t *testing.T) {
					if len(x.Findings) == 0 {
						t.Fatal("a bad example needs findings")
					}
					checkExample(t, set, rule.ID, x)
				})
			}
		})
	}
}

func readExamples(set *policy.Set, id string) (page.Examples, error) {
	text, err := set.Examples(id)
	if err != nil {
		return page.Examples{}, err
	}
	return page.Parse(text)
}

func checkExample(t *testing.T, set *policy.Set, id string, x page.Example) {
	t.Helper()
	findings := judgeExample(t, set, x)
	type line struct {
		Path    string
		Line    int
		Field   string
		Message string
	}
	var got, want []line
	for _, f := range findings {
		if f.Rule == id && f.Blocks() {
			got = append(got, line{f.Path, f.Line, f.Field, f.Message})
		}
	}
	for i, f := range x.Findings {
		w := line{f.Path, max(f.Line, 1), f.Field, f.Message}
		if f.Field == "" && i < len(got) {
			w.Field = got[i].Field
		}
		want = append(want, w)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings of %s (-want +got):\n%s", id, diff)
	}
}

// judgeExample gives what all rules say of an example's files or request.
func judgeExample(t *testing.T, set *policy.Set, x page.Example) []policy.Finding {
	t.Helper()
	if x.Request != nil {
		engine, err := policy.NewEngine(set, policy.Config{})
		if err != nil {
			t.Fatal(err)
		}
		findings, err := engine.Judge(t.Context(), x.Request.Document(), policy.Tip)
		if err != nil {
			t.Fatal(err)
		}
		return policy.Sort(findings)
	}
	checker, tree := exampleChecker(t, set, x)
	result, err := checker.example(t.Context(), x, tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range result.Undecided {
		t.Error("undecided:", err)
	}
	return result.Findings
}

func exampleChecker(t *testing.T, set *policy.Set, x page.Example) (*Checker, *lake.Files) {
	t.Helper()
	files := map[string]page.File{}
	for _, state := range x.History {
		maps.Copy(files, state.Files)
	}
	maps.Copy(files, x.Base)
	maps.Copy(files, x.Files)
	settings, err := config.Parse(config.File, files[config.File].Data)
	if err != nil {
		t.Fatal(err)
	}
	tuning, err := settings.Policy()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policy.NewEngine(set, tuning)
	if err != nil {
		t.Fatal(err)
	}
	return &Checker{Set: set, Engine: engine, Config: settings, Now: exampleNow}, memory(files)
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
