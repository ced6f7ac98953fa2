package check

import (
	"context"
	"errors"
	"slices"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// document judges one file's documents by the rules of some times; readErr is
// what reading the file said.
func (r *run) document(ctx context.Context, view *lake.View, e lake.Entry, data []byte, readErr error, commit string, whens ...policy.When) ([]policy.Finding, error) {
	var unread *lake.UninspectedError
	if errors.As(readErr, &unread) {
		r.skip(*unread, commit)
		data = nil // its name can still be judged
	} else if readErr != nil {
		return nil, readErr
	}
	docs, skipped, err := view.Documents(e, data, r.stateLimits(), r.wants(whens))
	if err != nil {
		return nil, r.unreadable(err)
	}
	for _, s := range skipped {
		r.skip(s, commit)
	}
	var all []policy.Finding
	for _, doc := range docs {
		doc.Commit = commit
		r.observe(doc)
		for _, when := range whens {
			all = append(all, r.ask(ctx, doc, when)...)
		}
	}
	return all, nil
}

// wants tells which kinds of documents of a file any rule of those times judges.
func (r *run) wants(whens []policy.When) func(kind string, file []byte) bool {
	return func(kind string, file []byte) bool {
		return slices.ContainsFunc(whens, func(when policy.When) bool { return r.Engine.Concerns(kind, when, file) })
	}
}

// unreadable keeps, as a verdict that was not reached, that a file could not be
// looked into which a document of several files is made of, so that the others
// are judged all the same. Any other error is returned: it ends the run.
func (r *run) unreadable(err error) error {
	var u *lake.UninspectedError
	if !errors.As(err, &u) {
		return err
	}
	r.undecided(err)
	return nil
}
