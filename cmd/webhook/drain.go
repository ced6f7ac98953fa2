package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// drain has requests go on while the server stops, and clients leave it.
type drain struct{ begun atomic.Bool }

// begin: from now on every connection is told to close with its next answer (in
// HTTP/2 by a GOAWAY), so that the API servers connect to other replicas and none
// of them is cut off.
func (d *drain) begin() { d.begun.Store(true) }

// ready: a process that stops is not.
func (d *drain) ready(context.Context) (string, error) {
	if d.begun.Load() {
		return "", errors.New("draining")
	}
	return "", nil
}

// maxTimeout is what an API server waits at most for a webhook.
const maxTimeout = 30 * time.Second

// handler wraps another one. Its context ends when the client leaves or has waited
// as long as it said it would, but not when the server stops.
func (d *drain) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.begun.Load() {
			w.Header().Set("Connection", "close")
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), timeout(r))
		defer cancel()
		defer context.AfterFunc(r.Context(), func() {
			if !d.begun.Load() {
				cancel()
			}
		})()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// timeout is what the API server says that it waits: "?timeout=3s".
func timeout(r *http.Request) time.Duration {
	text := r.URL.Query().Get("timeout")
	if said, err := time.ParseDuration(text); err == nil && said > 0 {
		return min(said, maxTimeout)
	}
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, maxTimeout)
	}
	return maxTimeout
}
