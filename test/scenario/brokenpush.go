package scenario

import (
	"context"
	"errors"
	"time"

	"github.com/lotus-lake/lotus-gate/test/standin"
	"github.com/lotus-lake/lotus-gate/tofu"
)

// BrokenPush is TICKET-001 once in a loop: times since the push of the broken commit B and, for the fix C, since its own push.
type BrokenPush struct {
	Failed             time.Duration // B, as the status says it
	Attempted, Applied time.Duration // C
	Told               [2]string     // what the pusher read after each
}

// BrokenPush pushes B, and C as soon as B has failed and the pusher has read so.
func (l *Loop) BrokenPush(ctx context.Context) (*BrokenPush, error) {
	p := &BrokenPush{}
	began := time.Now()
	_, err := l.pushWatched(ctx, "B", broken, &p.Told[0], func(t *tofu.Terraform) bool {
		if p.Failed == 0 && t.Status.ReconciliationFailures > 0 {
			p.Failed = time.Since(began)
		}
		return p.Failed > 0
	})
	if err != nil {
		return nil, err
	}
	began = time.Now()
	c, err := l.pushWatched(ctx, "C", mended, &p.Told[1], func(t *tofu.Terraform) bool {
		at := t.Status
		if p.Attempted == 0 && at.ReconciliationFailures == 0 && at.LastAttemptedRevision != at.LastAppliedRevision {
			p.Attempted = time.Since(began)
		}
		if p.Attempted > 0 && at.LastAttemptedRevision == at.LastAppliedRevision {
			p.Applied = time.Since(began)
		}
		return p.Applied > 0
	})
	if err != nil {
		return nil, err
	}
	if run, ok := l.Airbyte.InForce(l.name); !ok || run.Revision != c {
		return nil, errors.New("what is in force is not C")
	}
	return p, nil
}

// pushWatched pushes, and looks at the Terraform object until it is as asked for and the push is over.
func (l *Loop) pushWatched(ctx context.Context, message string, files standin.Files, told *string, is func(*tofu.Terraform) bool) (string, error) {
	type pushed struct {
		revision string
		err      error
	}
	done := make(chan pushed, 1)
	go func() {
		revision, said, err := l.Repository.PushTold(ctx, message, files)
		*told = said
		done <- pushed{revision, err}
	}()
	object := &tofu.Terraform{}
	err := Eventually(ctx, 2*time.Minute, message+" arrives", func() error {
		if err := l.stage.Client.Get(ctx, l.name, object); err != nil {
			return err
		}
		if !is(object) {
			return errNotYet
		}
		return nil
	})
	p := <-done
	return p.revision, errors.Join(err, p.err)
}
