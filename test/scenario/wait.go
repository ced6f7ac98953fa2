package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var errNotYet = errors.New("not yet")

// Never wraps an error that asking again does not mend.
type Never struct{ Err error }

// Unwrap is the reason.
func (n Never) Unwrap() error { return n.Err }

// Error is the reason's.
func (n Never) Error() string { return n.Err.Error() }

// Eventually asks until there is no error. It fails with the last one after within, in real time.
func Eventually(ctx context.Context, within time.Duration, what string, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		var never Never
		if errors.As(err, &never) {
			return fmt.Errorf("%s: %w", what, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not within %s: %w", what, within, err)
		case <-time.After(25 * time.Millisecond):
		}
	}
}
