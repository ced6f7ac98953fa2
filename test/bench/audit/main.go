// Command audit measures `gate audit` over 10,000 connections, 10,000 resources of a state and 10,000 blocks of HCL, as a whole process, beside a process
// that only parses the three inputs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

const (
	size  = 10_000
	files = 20 // of HCL
	runs  = 7
	limit = 3.0
)

func main() {
	var err error
	if len(os.Args) == 4 && os.Args[1] == "parse" {
		err = parse(os.Args[2], os.Args[3])
	} else {
		err = measure(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "lotus-bench-audit-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	gate := filepath.Join(dir, "gate")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", gate, "./cmd/gate").CombinedOutput(); err != nil {
		return fmt.Errorf("build gate: %w: %s", err, out)
	}
	lake := filepath.Join(dir, "lake")
	if err := generate(lake); err != nil {
		return err
	}
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	state := filepath.Join(dir, "lake", "terraform", "state.json")
	commands := map[string][]string{
		"parse":      {self, "parse", lake, server.URL},
		"gate audit": {gate, "audit", "--dir", lake, "--state", state, "--airbyte-url", server.URL, "--workspace-id", "w", "--fail-on", "never", "--format", "json"},
	}
	results := map[string][]run{}
	for range runs {
		for _, name := range []string{"parse", "gate audit"} {
			r, err := once(ctx, commands[name])
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			results[name] = append(results[name], r)
		}
	}
	alone, whole := median(results["parse"]), median(results["gate audit"])
	fmt.Printf("%-12s %10s %10s %10s\n", "", "wall", "cpu", "memory")
	for _, name := range []string{"parse", "gate audit"} {
		m := median(results[name])
		fmt.Printf("%-12s %10s %10s %7d MiB\n", name, m.wall.Round(time.Millisecond), m.cpu.Round(time.Millisecond), m.memory>>20)
	}
	ratio := whole.wall.Seconds() / alone.wall.Seconds()
	fmt.Printf("gate audit takes %.2f times as long as parsing alone, by CPU %.2f times; the bound is %.0f\n", ratio, whole.cpu.Seconds()/alone.cpu.Seconds(), limit)
	if ratio > limit {
		return errors.New("the bound is missed")
	}
	return nil
}

type run struct {
	wall, cpu time.Duration
	memory    int64
}

func once(ctx context.Context, args []string) (run, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	begun := time.Now()
	err := cmd.Run()
	r := run{wall: time.Since(begun)}
	if cmd.ProcessState != nil {
		r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			r.memory = int64(usage.Maxrss) * 1024 //nolint:unconvert // 32 bits on some architectures
		}
	}
	return r, err
}

func median(all []run) run {
	by := func(key func(run) int64) int64 {
		var values []int64
		for _, r := range all {
			values = append(values, key(r))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return run{
		time.Duration(by(func(r run) int64 { return int64(r.wall) })), time.Duration(by(func(r run) int64 { return int64(r.cpu) })),
		by(func(r run) int64 { return r.memory }),
	}
}

// parse does what nobody can do without: it reads the three inputs into what their formats say.
func parse(lake, url string) error {
	names, err := filepath.Glob(filepath.Join(lake, "terraform", "*.tf"))
	if err != nil {
		return err
	}
	blocks := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		blocks += len(hcl.Parse(name, data).Blocks)
	}
	data, err := os.ReadFile(filepath.Join(lake, "terraform", "state.json"))
	if err != nil {
		return err
	}
	var state struct{ Resources []map[string]any }
	if err := json.Unmarshal(data, &state); err != nil {
		return err
	}
	listed := 0
	for _, kind := range []string{"sources", "destinations", "connections"} {
		response, err := http.Post(url+"/api/v1/"+kind+"/list", "application/json", strings.NewReader(`{"workspaceId":"w"}`)) //nolint:noctx // a child of the benchmark
		if err != nil {
			return err
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			return err
		}
		var lists map[string][]map[string]any
		if err := json.Unmarshal(body, &lists); err != nil {
			return err
		}
		listed += len(lists[kind])
	}
	if blocks != size || len(state.Resources) != size || listed < size {
		return fmt.Errorf("%d blocks, %d resources, %d listed", blocks, len(state.Resources), listed)
	}
	return nil
}
