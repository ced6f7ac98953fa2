package scenario

import (
	"context"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// Ticket001 is what came of a broken push and the fix two minutes later.
type Ticket001 struct {
	Story Story
	// Wait is how long the fix was in the source before it was applied, by the clock of the ticket; Stuck is how long after the failure that was.
	Wait, Stuck time.Duration
	// Pushed is how long after its push the fix was applied.
	Pushed time.Duration
	// Retries is how often the broken commit was tried after the source had the fix.
	Retries int
	// Requested says whether the run that applied the fix was one that lotus-gate asked for; Requests is how many it asked for in all.
	Requested bool
	Requests  int
	// Artifact is that of the source, in force that of the last applied run: they must agree.
	Artifact, InForce string
}

var (
	broken = standin.Files{terraformDir + standin.Marker: []byte("a typo\n")}
	mended = standin.Files{terraformDir + standin.Marker: nil}
)

// Ticket001 is the ticket alone, in a namespace of its own.
func (s *Stage) Ticket001(ctx context.Context, namespace string) (*Ticket001, error) {
	return s.ticket001(ctx, namespace)
}

// ticket001 goes through the evening minute by minute, with the release that keeps a failed artifact for its retries.
func (s *Stage) ticket001(ctx context.Context, namespace string) (_ *Ticket001, err error) {
	t := &Ticket001{Story: Story{Ticket: "TICKET-001", Title: "a fix that does not arrive"}}
	l, err := s.newLake(ctx, &t.Story, namespace, s.speed, standin.Config{CachedRetry: true, RunTime: 10 * time.Second}, nil)
	if err != nil {
		return nil, err
	}
	defer l.end(&err)
	day := time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC)
	minute := func(m int) time.Time { return day.Add(22*time.Hour + time.Duration(m)*time.Minute) }
	if run, ok := l.Airbyte.InForce(l.name); ok {
		t.Story.say(run.At, "commit A is applied")
	}
	if err := l.until(ctx, minute(8)); err != nil {
		return nil, err
	}
	b, err := l.push(ctx, "B", broken)
	if err != nil {
		return nil, err
	}
	t.Story.say(l.clock.Now(), "push of commit B, which is broken")
	failed, err := l.await(ctx, 0, "commit B fails", func(r standin.Run) bool { return r.Revision == b && r.Result == standin.Failed })
	if err != nil {
		return nil, err
	}
	t.Story.say(failed.At, "Terraform tries commit B: the plan fails")
	if err := l.until(ctx, failed.At.Add(time.Minute)); err != nil {
		return nil, err
	}
	c, err := l.push(ctx, "C", mended)
	if err != nil {
		return nil, err
	}
	pushed := l.clock.Now()
	t.Story.say(pushed, "push of commit C, the fix")
	fetched, err := l.fetched(ctx, c)
	if err != nil {
		return nil, err
	}
	t.Story.say(fetched, "the GitRepository has commit C")
	fixed, err := l.await(ctx, 0, "commit C is applied", func(r standin.Run) bool { return r.Revision == c && r.Result == standin.Applied })
	if err != nil {
		return nil, err
	}
	for _, run := range l.Airbyte.Runs(l.name) {
		if run.Revision == b && run.Result == standin.Failed && run.At.After(fetched.Add(time.Second)) {
			t.Retries++
			t.Story.say(run.At, "Terraform tries commit B again: it fails")
		}
	}
	t.Story.say(fixed.At, "commit C is applied, %s after the source had it", fixed.At.Sub(fetched).Round(time.Second))
	t.Wait, t.Stuck, t.Pushed, t.Requested = fixed.At.Sub(fetched), fixed.At.Sub(failed.At), fixed.At.Sub(pushed), ours(fixed.Token)
	return t, t.close(ctx, l)
}

// close takes stock.
func (t *Ticket001) close(ctx context.Context, l *lake) error {
	for _, run := range l.Airbyte.Runs(l.name) {
		if ours(run.Token) {
			t.Requests++
		}
	}
	source := &sourcev1.GitRepository{}
	if err := l.stage.Client.Get(ctx, types.NamespacedName{Namespace: l.name.Namespace, Name: sourceName}, source); err != nil {
		return err
	}
	run, _ := l.Airbyte.InForce(l.name)
	t.Artifact, t.InForce = source.Status.Artifact.Digest, run.Digest
	return nil
}

// slowSource is the other half of the ticket, in real time: release 0.16.5 takes what the source has, and the source looks once in an hour. It waits
// no longer than patience for the fix. With poked the fix is pushed after lotus-gate has had the source look once, in vain.
func (s *Stage) slowSource(ctx context.Context, namespace string, patience time.Duration, poked bool) (_ *Ticket001, err error) {
	t := &Ticket001{Story: Story{Ticket: "TICKET-001", Title: "a source that looks once in an hour"}}
	l, err := s.newLake(ctx, &t.Story, namespace, 1, standin.Config{}, func(o *unstructured.Unstructured) {
		switch o.GetKind() {
		case sourcev1.GitRepositoryKind:
			_ = unstructured.SetNestedField(o.Object, "1h", "spec", "interval")
		case tofu.Kind:
			_ = unstructured.SetNestedField(o.Object, "5s", "spec", "retryInterval")
		}
	})
	if err != nil {
		return nil, err
	}
	defer l.end(&err)
	b, err := l.push(ctx, "B", broken)
	if err != nil {
		return nil, err
	}
	if err := s.request(ctx, &sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: l.name.Namespace, Name: sourceName}}, "operator-asks-once"); err != nil {
		return nil, err
	}
	t.Story.say(l.clock.Now(), "push of commit B, which is broken; an operator has the source look")
	if _, err := l.await(ctx, 0, "commit B fails", func(r standin.Run) bool { return r.Revision == b && r.Result == standin.Failed }); err != nil {
		return nil, err
	}
	if poked {
		if err := l.poked(ctx); err != nil {
			return nil, err
		}
	}
	c, err := l.push(ctx, "C", mended)
	if err != nil {
		return nil, err
	}
	pushed := l.clock.Now()
	t.Story.say(pushed, "push of commit C, the fix; the source looks again in an hour")
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	fixed, err := l.await(waiting, 0, "commit C is applied", func(r standin.Run) bool { return r.Revision == c && r.Result == standin.Applied })
	if ctx.Err() != nil {
		return nil, err
	}
	if err != nil {
		t.Wait = -1
		t.Story.say(l.clock.Now(), "commit C is not applied yet")
		return t, nil
	}
	t.Wait = fixed.At.Sub(pushed)
	t.Story.say(fixed.At, "commit C is applied, %s after the push", t.Wait.Round(time.Second))
	return t, t.close(ctx, l)
}

// poked waits until the source has answered a request of ours.
func (l *lake) poked(ctx context.Context) error {
	return Eventually(ctx, cautious, "the source is asked to look", func() error {
		source := &sourcev1.GitRepository{}
		if err := l.stage.Client.Get(ctx, types.NamespacedName{Namespace: l.name.Namespace, Name: sourceName}, source); err != nil {
			return err
		}
		if !ours(source.Status.LastHandledReconcileAt) {
			return errNotYet
		}
		return nil
	})
}
