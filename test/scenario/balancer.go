package scenario

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// balancer is the address that the API server knows: it hands each connection to a replica that takes it.
type balancer struct {
	listener net.Listener

	mu       sync.Mutex
	replicas []string // the newest first
	next     int
}

func newBalancer(ctx context.Context) (*balancer, error) {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("balance: %w", err)
	}
	b := &balancer{listener: listener}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go b.pipe(conn)
		}
	}()
	return b, nil
}

func (b *balancer) url() string { return "https://" + b.listener.Addr().String() }

func (b *balancer) close() { _ = b.listener.Close() }

func (b *balancer) add(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replicas = append([]string{address}, b.replicas...)
	b.replicas = b.replicas[:min(len(b.replicas), 4)] // older ones are gone
}

// order of replicas to try, another one first each time.
func (b *balancer) order() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	order := slices.Clone(b.replicas)
	if n := min(2, len(order)); n == 2 && b.next%2 == 0 {
		order[0], order[1] = order[1], order[0]
	}
	return order
}

func (b *balancer) pipe(conn net.Conn) {
	defer conn.Close()
	for _, address := range b.order() {
		to, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			continue
		}
		defer to.Close()
		go func() {
			_, _ = io.Copy(to, conn)
			_ = to.Close()
		}()
		_, _ = io.Copy(conn, to)
		return
	}
}
