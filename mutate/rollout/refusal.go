package rollout

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/lotus-lake/lotus-gate/mutate/secrethash"
)

// readFailed tells of values that may not be read; other errors go to the queue.
func (c *Controller) readFailed(w workload, n *notes, self fingerprint, err error) (reconcile.Result, error) {
	if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
		return c.refuse(w, n, self, "may not read what it uses: "+reasonOf(err)), nil
	}
	return later(err, fmt.Errorf("values of %s: %w", w.Request, err))
}

// writeFailed tells of writes that are refused; conflicts and other errors go on.
func (c *Controller) writeFailed(w workload, n *notes, self fingerprint, err error) (reconcile.Result, error) {
	switch {
	case errors.Is(err, secrethash.ErrTooManyReferences):
		return c.refuse(w, n, self, err.Error()), nil
	case apierrors.IsConflict(err):
		return reconcile.Result{}, err
	case apierrors.IsNotFound(err):
		c.forget(w.Request)
		return reconcile.Result{}, nil
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.IsUnauthorized(err), apierrors.IsRequestEntityTooLargeError(err):
		return c.refuse(w, n, self, "the API server refuses the change: "+reasonOf(err)), nil
	}
	return later(err, fmt.Errorf("write %s: %s", w.Request, reasonOf(err)))
}

// refuse waits for somebody to mend what the API server refuses, longer each time, and tells once.
func (c *Controller) refuse(w workload, n *notes, self fingerprint, note string) reconcile.Result {
	now := c.config.Now()
	wait := min(10*time.Minute, 15*time.Second<<min(n.refused, 6))
	n.refused++
	return c.wait(w, n, self, holdRefused, now.Add(wait), now, note)
}

// later gives an error to the queue, or waits as long as the API server asks.
func later(cause, err error) (reconcile.Result, error) {
	if seconds, asked := apierrors.SuggestsClientDelay(cause); asked && seconds > 0 {
		return reconcile.Result{RequeueAfter: time.Duration(seconds) * time.Second}, nil
	}
	return reconcile.Result{}, err
}

// denial is what the API server says when somebody else's webhook refuses. What follows in the message is that webhook's, and may quote the object.
var denial = regexp.MustCompile(`^admission webhook "[^"]{1,253}" denied the request`)

// reasonOf an error of the API server, without what its message may quote.
func reasonOf(err error) string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return fmt.Sprintf("no answer (%T)", err)
	}
	if who := denial.FindString(status.Status().Message); who != "" {
		return who
	}
	return fmt.Sprintf("%d %s", status.Status().Code, status.Status().Reason)
}
