package main

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
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

// handler wraps another one, whose context ends when the client leaves, but not
// when the server stops.
func (d *drain) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.begun.Load() {
			w.Header().Set("Connection", "close")
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		defer cancel()
		defer context.AfterFunc(r.Context(), func() {
			if !d.begun.Load() {
				cancel()
			}
		})()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
