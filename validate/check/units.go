package check

import (
	"context"
	"maps"
	"path"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// modules judges Terraform root modules.
func (r *run) modules(ctx context.Context, s snapshot) error {
	if !r.Engine.Wants("module", policy.Tip) {
		return nil
	}
	dirs, err := r.moduleDirs(s)
	if err != nil {
		return err
	}
	return each(ctx, dirs, func(ctx context.Context, _ int, dir string) error {
		doc, ok, err := s.tip.Module(s.base, dir)
		if err != nil || !ok {
			r.follow(unitOf("module", dir), nil)
			return r.unreadable(err)
		}
		return r.unit(ctx, s, doc, func() (policy.Document, bool, error) { return s.base.Module(nil, dir) })
	})
}

// moduleDirs lists the root modules to judge: all of them, or those with a
// touched file and, when files came or went, those of the layout: what they read
// may be gone. A file that only changed alters nothing that a module says of it.
func (r *run) moduleDirs(s snapshot) ([]string, error) {
	if s.all {
		return s.tip.ModuleDirs()
	}
	var dirs []string
	moved := s.base == nil
	for _, p := range s.touched {
		if lake.IsTerraform(p) {
			dirs = append(dirs, lake.Parent(p))
		}
		for _, view := range []*lake.View{s.tip, s.base} {
			if moved {
				break
			}
			_, there, err := view.Entry(p)
			if err != nil {
				return nil, err
			}
			moved = !there
		}
	}
	if moved {
		dirs = append(dirs, s.tip.Layout.Terraform...)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}

// sources judges stream files and then, while they are still parsed, the sources
// that they belong to.
func (r *run) sources(ctx context.Context, s snapshot, streams map[string][]lake.Entry, done *progress) error {
	concerned, err := r.concernedSources(s)
	if err != nil {
		return err
	}
	names := slices.AppendSeq(slices.Clone(concerned), maps.Keys(streams))
	slices.Sort(names)
	return each(ctx, slices.Compact(names), func(ctx context.Context, _ int, name string) error {
		if err := r.tipFiles(ctx, s, streams[name], done); err != nil {
			return err
		}
		defer s.tip.Forget(name)
		if !slices.Contains(concerned, name) {
			return nil
		}
		doc, ok, err := s.tip.Source(ctx, name, lake.Change{Base: s.base, Touched: s.touched, Since: s.since, Now: r.Now})
		if err != nil || !ok {
			r.follow(unitOf("source", path.Join(s.tip.Layout.Streams, name)), nil)
			return r.unreadable(err)
		}
		return r.unit(ctx, s, doc, func() (policy.Document, bool, error) {
			return s.base.Source(ctx, name, lake.Change{Now: r.Now})
		})
	})
}

// concernedSources names the sources to judge. A flag that is overdue blocks
// whatever is pushed, so those that the change did not touch count too when one
// of their flags is on.
func (r *run) concernedSources(s snapshot) ([]string, error) {
	if !r.Engine.Wants("source", policy.Tip) {
		return nil, nil
	}
	names, err := s.tip.Sources(s.base)
	if err != nil || s.all {
		return names, err
	}
	touched := r.touchedSources(s)
	var concerned []string
	for _, name := range names {
		on := touched == nil || touched[name]
		if !on {
			if on, err = s.tip.HasFlag(name); err != nil {
				return nil, err
			}
		}
		if on {
			concerned = append(concerned, name)
		}
	}
	return concerned, nil
}

// touchedSources names the sources that the change touched; nil means all, when
// a module that reads them changed.
func (r *run) touchedSources(s snapshot) map[string]bool {
	touched := map[string]bool{}
	for _, p := range s.touched {
		if source, ok := s.tip.Layout.TouchesSource(p); ok {
			touched[source] = true
		}
		if lake.IsTerraform(p) && slices.Contains(s.tip.Layout.Terraform, lake.Parent(p)) {
			return nil
		}
	}
	return touched
}

func (r *run) workspace(ctx context.Context, s snapshot) error {
	concerned := s.all || slices.ContainsFunc(s.touched, s.tip.TouchesWorkspace)
	if !concerned || !r.Engine.Wants("workspace", policy.Tip) {
		return nil
	}
	doc, err := s.tip.Workspace()
	if err != nil {
		return r.unreadable(err)
	}
	return r.unit(ctx, s, doc, func() (policy.Document, bool, error) {
		doc, err := s.base.Workspace()
		return doc, true, err
	})
}

// unit judges one document of several files and settles which findings are old.
func (r *run) unit(ctx context.Context, s snapshot, doc policy.Document, base func() (policy.Document, bool, error)) error {
	doc.Commit = s.commit
	findings := r.judge(ctx, doc)
	r.follow(unitOf(doc.Kind, doc.Path), findings)
	r.keep(r.ratchet(findings, s.base != nil, func() ([]policy.Finding, error) {
		before, ok, err := base()
		if err != nil || !ok {
			return nil, err
		}
		return r.Engine.Judge(ctx, before, policy.Tip)
	}))
	return nil
}
