package check

import (
	"context"
	"path"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// snapshot is what the tip rules judge: a state of the repository, and what of
// it changed.
type snapshot struct {
	tip     *lake.View
	base    *lake.View // before the change; nil when everything counts as new
	touched []string   // paths that the change added, changed or removed
	all     bool       // judge every file, not only what was touched
	commit  string     // id for findings; "" for a working tree or index
	since   lake.Since // when a stream's backfill flag was set

	followed bool // a replay wants to know how long what was found stays
}

// whens are the rules that a snapshot answers to: in a working tree or index
// there are no commits, so the history rules judge its files too. So they do in a
// replay, which judges commits besides, to see whether what they brought is still
// there.
func (s snapshot) whens() []policy.When {
	if s.commit == "" || s.followed {
		return []policy.When{policy.History, policy.Tip}
	}
	return []policy.When{policy.Tip}
}

// tip judges the files and the units (sources, modules, workspace) that the
// change can have affected.
func (r *run) tip(ctx context.Context, s snapshot) error {
	entries, err := r.affected(s)
	if err != nil {
		return err
	}
	r.prepare(s, entries)
	var others []lake.Entry
	streams := map[string][]lake.Entry{} // by source
	for _, e := range entries {
		if source, ok := s.tip.Layout.StreamSource(e.Path); ok {
			streams[source] = append(streams[source], e)
		} else {
			others = append(others, e)
		}
	}
	done := progress{report: r.Progress, total: len(entries)}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.modules(ctx, s) })
	group.Go(func() error { return r.workspace(ctx, s) })
	group.Go(func() error { return r.tipFiles(ctx, s, others, &done) })
	group.Go(func() error { return r.sources(ctx, s, streams, &done) })
	return group.Wait()
}

// progress counts files from many goroutines.
type progress struct {
	report func(done, total int)
	total  int
	done   atomic.Int64
}

func (p *progress) add() {
	if n := p.done.Add(1); p.report != nil {
		p.report(int(n), p.total)
	}
}

func (r *run) tipFiles(ctx context.Context, s snapshot, entries []lake.Entry, done *progress) error {
	return each(ctx, entries, func(ctx context.Context, _ int, e lake.Entry) error {
		defer done.add()
		return r.tipFile(ctx, s, e)
	})
}

// affected lists the files whose documents the change can have altered: what it
// touched, and the stream files of a discovered schema that it touched.
func (r *run) affected(s snapshot) ([]lake.Entry, error) {
	var entries []lake.Entry
	if s.all {
		err := lake.Walk(s.tip, "", func(e lake.Entry) error {
			entries = append(entries, e)
			return nil
		})
		return entries, err
	}
	paths := slices.Clone(s.touched)
	for _, p := range s.touched {
		if source, ok := s.tip.Layout.DiscoveredSource(p); ok {
			files, err := s.tip.List(path.Join(s.tip.Layout.Streams, source))
			if err != nil {
				return nil, err
			}
			for _, f := range files {
				paths = append(paths, f.Path)
			}
		}
	}
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		e, ok, err := s.tip.Entry(p)
		if err != nil {
			return nil, err
		}
		if ok && e.Mode != lake.Directory {
			entries = append(entries, e)
		} else {
			r.follow(fileUnit(p), nil)
		}
	}
	return entries, nil
}

// prepare starts compiling the rules that these files need while they are still
// being read.
func (r *run) prepare(s snapshot, entries []lake.Entry) {
	kinds := map[string]bool{}
	for _, e := range entries {
		_, stream := r.Config.Layout.StreamSource(e.Path)
		switch {
		case stream:
			kinds["stream"], kinds["source"] = true, true
		case lake.IsTerraform(e.Path):
			kinds["module"], kinds["workspace"] = true, true
		case s.tip.TouchesWorkspace(e.Path):
			kinds["workspace"] = true
		}
	}
	for kind := range kinds {
		r.Engine.Prepare(policy.Tip, kind)
	}
}

// tipFile judges one file's documents and settles which findings are old.
func (r *run) tipFile(ctx context.Context, s snapshot, e lake.Entry) error {
	data, readErr := s.tip.Read(e)
	findings, err := r.document(ctx, s.tip, e, data, readErr, s.commit, s.whens()...)
	if err != nil {
		return err
	}
	r.follow(fileUnit(e.Path), findings)
	if s.followed {
		findings = r.ofTip(findings)
	}
	r.keep(r.ratchet(findings, s.base != nil, func() ([]policy.Finding, error) { return r.baseFile(ctx, s, e.Path) }))
	return nil
}

// baseFile is what the rules said of a file before the change.
func (r *run) baseFile(ctx context.Context, s snapshot, p string) ([]policy.Finding, error) {
	e, ok, err := s.base.Entry(p)
	if err != nil || !ok {
		return nil, err
	}
	data, err := s.base.Read(e)
	if err != nil {
		return nil, nil //nolint:nilerr // what could not be read in the base excuses nothing
	}
	docs, _, err := s.base.Documents(e, data, r.stateLimits(), r.wants(s.whens()))
	if err != nil {
		return nil, err
	}
	var all []policy.Finding
	for _, doc := range docs {
		for _, when := range s.whens() {
			findings, err := r.Engine.Judge(ctx, doc, when)
			if err != nil {
				return nil, err
			}
			all = append(all, findings...)
		}
	}
	return all, nil
}
