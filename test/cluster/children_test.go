package cluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// running is a process as the system tells of it.
type running struct {
	pid, parent int
	state       string // Z: ended, and its parent has not asked how
	name        string
}

// processes lists what runs on this machine: as /proc tells, and where there is none as ps does.
func processes(t *testing.T) []running {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var all []running
	for _, name := range stats {
		content, err := os.ReadFile(name)
		if err != nil {
			continue // it ended meanwhile
		}
		// pid (name) state parent …, where a name may hold anything, parentheses too.
		pid, rest, _ := strings.Cut(string(content), " (")
		end := strings.LastIndex(rest, ") ")
		p := running{name: rest[:max(end, 0)]}
		if _, err := fmt.Sscan(rest[end+2:], &p.state, &p.parent); err != nil {
			t.Fatalf("%s: %q: %v", name, content, err)
		}
		if p.pid, err = strconv.Atoi(pid); err != nil {
			t.Fatalf("%s: %q: %v", name, content, err)
		}
		all = append(all, p)
	}
	if len(all) > 0 {
		return all
	}
	out, err := exec.Command("ps", "-e", "-o", "pid=,ppid=,state=,comm=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		var p running
		if _, err := fmt.Sscan(line, &p.pid, &p.parent, &p.state, &p.name); err != nil {
			t.Fatalf("ps: %q: %v", line, err)
		}
		if p.name != "ps" {
			all = append(all, p)
		}
	}
	return all
}

// children returns the programs that this one has started and that still run.
func children(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, p := range processes(t) {
		if p.parent == os.Getpid() {
			found = append(found, fmt.Sprintf("%d %s", p.pid, p.name))
		}
	}
	return found
}

// lives reports whether a process runs. One that ended and that nobody asked about, in a container whose first process asks about
// nobody, does not.
func lives(t *testing.T, pid int) bool {
	t.Helper()
	for _, p := range processes(t) {
		if p.pid == pid {
			return p.state != "Z"
		}
	}
	return false
}
