package main

import (
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// balancer is what a Service is: it hands new connections to endpoints that were
// ready when it last heard of them, and leaves those alone that are made.
type balancer struct {
	address string

	mu       sync.Mutex
	backends []*process
	ready    []*process
	next     int
}

// balance listens on loopback and asks the endpoints four times a second. What it
// hears takes effect a moment later, as in a cluster.
func balance(t *testing.T) *balancer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{address: listener.Addr().String()}
	stop := make(chan struct{})
	var parts sync.WaitGroup
	parts.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go b.pipe(conn)
		}
	})
	parts.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(250 * time.Millisecond):
			}
			b.look()
		}
	})
	t.Cleanup(func() {
		close(stop)
		_ = listener.Close()
		parts.Wait()
	})
	return b
}

func (b *balancer) url() string { return "https://" + b.address }

func (b *balancer) add(p ...*process) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = append(b.backends, p...)
}

func (b *balancer) look() {
	b.mu.Lock()
	all := append([]*process(nil), b.backends...)
	b.mu.Unlock()
	var ready []*process
	for _, p := range all {
		if status, _, err := get(p.health + "/readyz"); err == nil && status == http.StatusOK {
			ready = append(ready, p)
		}
	}
	time.Sleep(100 * time.Millisecond)
	b.mu.Lock()
	b.ready = ready
	b.mu.Unlock()
}

func (b *balancer) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.ready)
}

func (b *balancer) pipe(conn net.Conn) {
	defer conn.Close()
	b.mu.Lock()
	if len(b.ready) == 0 {
		b.mu.Unlock()
		return
	}
	to := b.ready[b.next%len(b.ready)].address
	b.next++
	b.mu.Unlock()
	backend, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer backend.Close()
	go func() {
		_, _ = io.Copy(backend, conn)
		_ = backend.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(conn, backend)
}
