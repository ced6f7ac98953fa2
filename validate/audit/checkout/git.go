// Package checkout reads into an audit's facts what a checkout, or the artifact that
// a source serves, says: Terraform files, backfill flags, state files.
package checkout

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/lotus-lake/lotus-gate/validate/audit"
	"github.com/lotus-lake/lotus-gate/validate/lake"
	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// Git reads the Terraform files of a snapshot into the facts. revision is "" for a
// working tree.
func Git(tree lake.Tree, revision string, facts *audit.Facts) error {
	var entries []lake.Entry
	err := lake.Walk(tree, "", func(e lake.Entry) error {
		if e.Mode == lake.Regular && lake.IsTerraform(e.Path) {
			entries = append(entries, e)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list the Terraform files: %w", err)
	}
	files := make([]part, len(entries))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, e := range entries {
		group.Go(func() (err error) {
			files[i], err = read(tree, e)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	git := &audit.Git{Revision: revision}
	for i, e := range entries {
		dir := lake.Parent(e.Path)
		if n := len(git.Modules); n == 0 || git.Modules[n-1].Dir != dir {
			git.Modules = append(git.Modules, audit.Module{Dir: dir, Calls: map[string]bool{}, Moved: map[string]string{}})
		}
		module := &git.Modules[len(git.Modules)-1]
		for _, problem := range files[i].problems {
			git.Partial = true
			facts.Undecided = append(facts.Undecided, e.Path+problem)
		}
		module.Blocks = append(module.Blocks, files[i].blocks...)
		for _, name := range files[i].calls {
			module.Calls[name] = true
		}
		for from, to := range files[i].moved {
			module.Moved[from] = to
		}
	}
	facts.Git = git
	return nil
}

// part is what one file adds to its module.
type part struct {
	blocks   []audit.Block
	calls    []string
	moved    map[string]string
	problems []string
}

func read(tree lake.Tree, e lake.Entry) (part, error) {
	data, err := tree.Read(e)
	var skipped *lake.UninspectedError
	if errors.As(err, &skipped) {
		return part{problems: []string{": not inspected: " + skipped.Reason}}, nil
	}
	if err != nil {
		return part{}, err
	}
	p := part{moved: map[string]string{}}
	file := hcl.Parse(e.Path, data)
	for _, problem := range file.Problems {
		p.problems = append(p.problems, fmt.Sprintf(":%d:%d: %s", problem.At.Line, problem.At.Column, problem.Message))
	}
	for i := range file.Blocks {
		p.add(e.Path, &file.Blocks[i])
	}
	return p, nil
}

func (p *part) add(path string, b *hcl.Block) {
	switch {
	case b.Type == "resource" && len(b.Labels) == 2:
		block := audit.Block{
			Address: b.Labels[0] + "." + b.Labels[1], Type: b.Labels[0], Repeated: b.Attribute("count") != nil || b.Attribute("for_each") != nil,
			At: audit.Position{Path: path, Line: b.At.Line, Column: b.At.Column},
		}
		if name := b.Attribute("name"); name != nil && name.Literal {
			block.Title, _ = name.Value.(string)
		}
		p.blocks = append(p.blocks, block)
	case b.Type == "module" && len(b.Labels) == 1:
		p.calls = append(p.calls, b.Labels[0])
	case b.Type == "moved":
		from, to := b.Attribute("from"), b.Attribute("to")
		if from != nil && to != nil {
			p.moved[strings.TrimSpace(from.Text)] = strings.TrimSpace(to.Text)
		}
	}
}
