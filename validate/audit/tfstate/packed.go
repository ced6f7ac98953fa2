package tfstate

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

var errPacked = errors.New("it is no whole gzip stream: a part is missing or damaged")

// ReadPacked reads a state that may be gzipped, as Kubernetes Secrets and files hold
// it.
func ReadPacked(r io.Reader, key leaf.Key) (*State, error) {
	buffered := bufio.NewReader(r)
	magic, _ := buffered.Peek(2)
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return Read(buffered, key)
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, errPacked
	}
	source := &noticing{r: unpacked}
	state, err := Read(source, key)
	if source.failed || !errors.Is(err, ErrEncrypted) && drain(source) != nil {
		return nil, errPacked // what was read until there may be anything
	}
	return state, err
}

// noticing remembers that a gzip stream is broken: the decoder above it would only
// see a state that ends in the middle.
type noticing struct {
	r      io.Reader
	failed bool
}

func (n *noticing) Read(p []byte) (int, error) {
	count, err := n.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		n.failed = true
	}
	return count, err
}

// drain reads to the end, where the checksum is.
func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, io.LimitReader(r, MaxUnpacked))
	return err
}

// Part splits the name of a Secret that holds a later part of a state:
// tfstate-default-lake-part-2 is part 2 of tfstate-default-lake.
func Part(name string) (whole string, number int, ok bool) {
	at := strings.LastIndex(name, "-part-")
	if at < 0 || !strings.HasPrefix(name, "tfstate-") {
		return name, 0, false
	}
	number, err := strconv.Atoi(name[at+len("-part-"):])
	if err != nil || number < 1 || strconv.Itoa(number) != name[at+len("-part-"):] {
		return name, 0, false
	}
	return name[:at], number, true
}

// Gap says which part of a state is missing among the numbers that exist; nil for
// none. Part 0 is the Secret without a number.
func Gap(numbers []int) error {
	numbers = slices.Sorted(slices.Values(numbers))
	for i, number := range numbers {
		if number != i {
			return fmt.Errorf("part %d of %d is missing", i, numbers[len(numbers)-1])
		}
	}
	return nil
}
