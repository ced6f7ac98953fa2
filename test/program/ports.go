package program

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports that a program may be told to listen at are taken from below those that connections of other programs come from on Linux: one
// of these could be taken between now and the program's start.
const (
	firstPort = 10_000
	lastPort  = 32_000
)

// Addresses of the loopback interface, host:port, that nobody listens at.
func Addresses(ctx context.Context, count int) ([]string, error) {
	var addresses []string
	var errs []error
	for range 100 * count {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+rand.IntN(lastPort-firstPort)))
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		defer l.Close() // so that none is found twice
		if addresses = append(addresses, address); len(addresses) == count {
			return addresses, nil
		}
	}
	return nil, errors.Join(errs...)
}
