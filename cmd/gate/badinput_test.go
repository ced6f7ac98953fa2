package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lotus-lake/lotus-gate/test/tree"
)

// outcome is all that a run of the command shows.
type outcome struct {
	code           int
	stdout, stderr string
	took           time.Duration
	peak           int64 // bytes of memory, at most
}

// patience is how long any input may keep the command busy: bad input is no
// excuse to hold up a push. (It is an hour's worth for what takes milliseconds
// alone: tests run many at a time, with the race detector.)
const patience = 40 * time.Second

// runGate runs the real command in a directory.
func runGate(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "gate", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	for key, value := range gitEnv(dir) {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begun := time.Now()
	err := cmd.Start()
	peak := int64(0)
	if err == nil {
		stop := watchMemory(cmd.Process.Pid)
		err = cmd.Wait()
		peak = stop()
	}
	var failed *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &failed) {
		t.Fatalf("gate %s: %v after %s\n%s%s", strings.Join(args, " "), err, time.Since(begun), &stdout, &stderr)
	}
	if peak == 0 { // over too soon, or no /proc: this counts the test's own memory as well
		usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		peak = usage.Maxrss << 10
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), time.Since(begun), peak}
}

var peakLine = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// watchMemory looks at a process until it is told to stop, and returns the most
// memory it ever had, in bytes.
func watchMemory(pid int) (stop func() int64) {
	done, result := make(chan struct{}), make(chan int64)
	go func() {
		peak := int64(0)
		ticker := time.NewTicker(2 * time.Millisecond)
		defer ticker.Stop()
		for {
			if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
				if m := peakLine.FindSubmatch(status); m != nil {
					kib, _ := strconv.ParseInt(string(m[1]), 10, 64)
					peak = max(peak, kib<<10)
				}
			}
			select {
			case <-done:
				result <- peak
				return
			case <-ticker.C:
			}
		}
	}()
	return func() int64 {
		close(done)
		return <-result
	}
}

// files writes files below a new directory and returns it.
func files(t *testing.T, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	tree.Write(t, dir, content)
	return dir
}

// TestBadFiles judges files that do not parse, or parse only at a price. Each is
// refused with the place and the reason; nothing passes because it is broken.
func TestBadFiles(t *testing.T) {
	const (
		stream = "orchestration/dag/streams/shop/orders.json"
		main   = "orchestration/airbyte/terraform/main.tf"
		deep   = 10_000
	)
	secret := "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n"
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 8) + "*" + string(c-1) + "]\n"
	}
	for name, c := range map[string]struct {
		path, content string
		code          int
		say           []string
	}{
		"JSON, truncated":             {stream, `{"stream": "orders",`, 1, []string{"stream/schema", stream + ":1:"}},
		"JSON, invalid":               {stream, "{\n  stream: 1\n}", 1, []string{"stream/schema", stream + ":2:3"}},
		"JSON, empty":                 {stream, "", 1, []string{"stream/schema", stream + ":1:"}},
		"JSON, a list":                {stream, "[]", 1, []string{"stream/schema", stream + ":1:1"}},
		"JSON, something after it":    {stream, "{}{}", 1, []string{"stream/schema", stream + ":1:3"}},
		"JSON, a key twice":           {stream, "{\"stream\": \"orders\",\n\"stream\": \"orders\"}", 1, []string{"stream/schema", stream + ":2:", `"stream"`}},
		"JSON, deep":                  {stream, strings.Repeat("[", deep) + strings.Repeat("]", deep), 1, []string{"stream/schema", stream + ":1:", "deep"}},
		"JSON, deep and open":         {stream, strings.Repeat(`{"a":`, deep), 1, []string{"stream/schema", stream + ":1:"}},
		"JSON, not UTF-8":             {stream, "{\"stream\": \"\xff\xfe\"}", 1, []string{"stream/schema", stream + ":1:"}},
		"JSON, a lone surrogate":      {stream, `{"stream": "\ud800"}`, 1, []string{stream + ":1:"}},
		"HCL, truncated":              {main, "resource \"null_resource\" \"x\" {\n", 1, []string{"terraform/syntax", main + ":"}},
		"HCL, invalid":                {main, "locals {\n  x = = 1\n}\n", 1, []string{"terraform/syntax", main + ":2:"}},
		"HCL, an attribute twice":     {main, "locals {\n  x = 1\n  x = 2\n}\n", 1, []string{main + ":3:"}},
		"HCL, an address twice":       {main, "variable \"x\" {}\nvariable \"x\" {}\noutput \"x\" { value = var.x }\n", 1, []string{"terraform/duplicate_address", main + ":2:"}},
		"HCL, deep":                   {main, "locals {\n  x = " + strings.Repeat("[", deep) + strings.Repeat("]", deep) + "\n}\n", 1, []string{"terraform/syntax", main + ":2:", "deep"}},
		"HCL, deep in parentheses":    {main, "locals {\n  x = " + strings.Repeat("(", deep) + "1" + strings.Repeat(")", deep) + "\n}\n", 1, []string{"terraform/syntax", main + ":2:"}},
		"HCL, deep in templates":      {main, "locals {\n  x = " + strings.Repeat(`"${`, deep) + "1" + strings.Repeat(`}"`, deep) + "\n}\n", 1, []string{"terraform/syntax", main + ":2:"}},
		"HCL, deep in operators":      {main, "locals {\n  x = " + strings.Repeat("!", deep) + "true\n}\n", 1, []string{"terraform/syntax", main + ":2:"}},
		"HCL, deep in blocks":         {main, strings.Repeat("a {\n", deep) + strings.Repeat("}\n", deep), 1, []string{"terraform/syntax", main + ":"}},
		"HCL, not UTF-8":              {main, "locals {\n  x = \"\xff\"\n}\n", 1, []string{"terraform/syntax", main + ":2:"}},
		"HCL in JSON, truncated":      {main + ".json", `{"locals": {`, 1, []string{"terraform/syntax", main + ".json:1:"}},
		"HCL in JSON, deep":           {main + ".json", `{"locals": {"x": ` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + "}}", 1, []string{"terraform/syntax", main + ".json:1:"}},
		"YAML, invalid":               {"deploy/x.yaml", secret + "stringData: {a: [}\n", 3, []string{"deploy/x.yaml: not inspected: line 4, column 1"}},
		"YAML, truncated":             {"deploy/x.yaml", secret + "stringData: {a: \"b\n", 3, []string{"deploy/x.yaml"}},
		"YAML, a key twice":           {"deploy/x.yaml", secret + "kind: ConfigMap\n", 3, []string{"deploy/x.yaml", "kind"}},
		"YAML, deep":                  {"deploy/x.yaml", secret + "x: " + strings.Repeat("[", deep) + strings.Repeat("]", deep) + "\n", 3, []string{"deploy/x.yaml"}},
		"YAML, deep by lines":         {"deploy/x.yaml", secret + "x:\n" + deepYAML(2000), 3, []string{"deploy/x.yaml"}},
		"YAML, aliases that multiply": {"deploy/x.yaml", secret + bomb, 3, []string{"deploy/x.yaml"}},
		"YAML, tabs":                  {"deploy/x.yaml", "apiVersion: v1\n\tkind: Secret\n", 3, []string{"deploy/x.yaml: not inspected: line 2, column 1", "tab"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := runGate(t, files(t, map[string]string{c.path: c.content}), "check")
			if o.code != c.code {
				t.Errorf("exit code %d, want %d", o.code, c.code)
			}
			for _, say := range c.say {
				if !strings.Contains(o.stdout, say) {
					t.Errorf("no word of %q", say)
				}
			}
			if t.Failed() {
				t.Logf("%.3000s%.3000s", o.stdout, o.stderr)
			}
		})
	}
}

// deepYAML nests mappings by indentation.
func deepYAML(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i+1) + "a:\n")
	}
	return b.String()
}
