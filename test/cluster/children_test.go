package cluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// children returns the programs that this one has started and that still run, as ps tells of them.
func children(t *testing.T) []string {
	t.Helper()
	ps := exec.Command("ps", "-e", "-o", "ppid=,pid=,args=")
	out, err := ps.Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		var parent, pid int
		if _, err := fmt.Sscan(line, &parent, &pid); err != nil {
			t.Fatalf("ps: %q: %v", line, err)
		}
		if parent == os.Getpid() && pid != ps.Process.Pid {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
