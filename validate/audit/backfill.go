package audit

import (
	"time"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
)

// after reports whether a job began when every flag of the source was on already;
// null when nobody knows since when they are.
func (b *Backfill) after(created time.Time) any {
	for _, flag := range b.Flags {
		if flag.Since.IsZero() {
			return nil
		}
		if created.Before(flag.Since) {
			return false
		}
	}
	return true
}

// has reports whether a state that counts has a resource.
func (j *joined) has(block string) bool {
	for dir := range j.stateful {
		if j.claimed[place{dir, block}] {
			return true
		}
	}
	return false
}

// declaredAs finds a resource by the block that declares it; nil for none.
func (j *joined) declaredAs(role tfstate.Role, address string) *Subject {
	for _, s := range j.subjects {
		if s.Role == role && s.Block != nil && s.Block.Address == address && s.Owned() != nil {
			return s
		}
	}
	return nil
}

// ConnectionID is the id of the connection that a backfill resets; "" when nobody
// knows it.
func (f *Facts) ConnectionID(b *Backfill) string {
	if s := f.join().declaredAs(tfstate.Connection, b.Connection); s != nil && s.Airbyte != nil {
		return s.Airbyte.ID
	}
	return ""
}

// backfill is the document of a source with flags that are on.
func (f *Facts) backfill(j *joined, b *Backfill) policy.Document {
	flags := []any{}
	for _, flag := range b.Flags {
		flags = append(flags, map[string]any{"stream": flag.Stream, "at": flag.At.fact(), "since": moment(flag.Since), "age_seconds": f.ago(flag.Since)})
	}
	input := map[string]any{"source": b.Source, "flags": flags, "connection": nil, "reset": nil, "jobs": nil}
	if b.Reset != "" {
		input["reset"] = map[string]any{"address": b.Reset, "applied": j.has(b.Reset)}
	}
	if subject := j.declaredAs(tfstate.Connection, b.Connection); subject != nil && subject.Airbyte != nil {
		input["connection"] = map[string]any{"address": b.Connection, "id": subject.Airbyte.ID, "name": orNull(subject.Airbyte.Name)}
	}
	if b.Jobs != nil {
		jobs := []any{}
		for _, job := range b.Jobs {
			jobs = append(jobs, map[string]any{
				"type": job.Type, "status": job.Status, "created": moment(job.Created), "updated": moment(job.Updated), "after_flag": b.after(job.Created),
			})
		}
		input["jobs"] = jobs
	}
	return document(KindBackfill, b.Flags[0].At, input)
}
