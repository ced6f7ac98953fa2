package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/policy/author"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// said gathers what a command says while it runs.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestPolicyTestWatches: rules are tested again when a file changes, also when they
// cannot be used for a while.
func TestPolicyTestWatches(t *testing.T) {
	dir := t.TempDir()
	if _, err := author.New(rules.FS, dir, "house/one", "stream"); err != nil {
		t.Fatal(err)
	}
	rule := filepath.Join(dir, "house", "one", "one.rego")
	good, err := os.ReadFile(rule)
	if err != nil {
		t.Fatal(err)
	}
	var out said
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"policy", "test", dir, "--watch"}, strings.NewReader(""), &out, &out)
	}()
	until := func(n int, what string) {
		t.Helper()
		for range 600 {
			if strings.Count(out.String(), "waiting for changes") == n && strings.Contains(out.String(), what) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("no %q after run %d:\n%s", what, n, out.String())
	}
	until(1, "PASS: 2/2")
	if err := os.WriteFile(rule, []byte("package house.one\n{"), 0o644); err != nil {
		t.Fatal(err)
	}
	until(2, "one.rego:2: rego_parse_error")
	if err := os.WriteFile(rule, []byte(strings.ReplaceAll(string(good), "full_refresh", "full")), 0o644); err != nil {
		t.Fatal(err)
	}
	until(3, "FAIL:")
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
}
