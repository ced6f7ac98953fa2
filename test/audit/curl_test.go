package audit

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// tools is a directory with what a script needs and this machine does not have: a stand-in for curl with the flags that scripts use, where there is no curl.
func tools(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := exec.LookPath("curl"); err == nil {
		return dir
	}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "curl"), "./curl").CombinedOutput()
	if err != nil {
		t.Fatalf("build curl: %v\n%s", err, out)
	}
	return dir
}
