package audit

import (
	"os/exec"
	"testing"

	"github.com/lotus-lake/lotus-gate/test/program"
)

// tools is a directory with what a script needs and this machine does not have: a stand-in for curl with the flags that scripts use, where there is no curl.
func tools(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := exec.LookPath("curl"); err == nil {
		return dir
	}
	if err := program.Release(t.Context(), dir, "./curl"); err != nil {
		t.Fatal(err)
	}
	return dir
}
