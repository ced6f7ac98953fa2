package charts

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestTemplate compares what helm renders for each testdata/<case>.values.yaml with testdata/<case>.golden.yaml, to the byte.
func TestTemplate(t *testing.T) {
	for _, values := range valueSets(t) {
		name := strings.TrimSuffix(filepath.Base(values), ".values.yaml")
		t.Run(name, func(t *testing.T) {
			got := render(t, "--values", values)
			if again := render(t, "--values", values); again != got {
				t.Errorf("a second run renders something else:\n%s", cmp.Diff(got, again))
			}
			golden := filepath.Join("testdata", name+".golden.yaml")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("differs from %s (go test ./charts -run TestTemplate -update, then read the diff):\n%s", golden, diff)
			}
		})
	}
}

func TestLint(t *testing.T) {
	for _, values := range valueSets(t) {
		out, errs, err := helm(t, "lint", "--strict", chart, "--values", values)
		if err != nil || strings.Contains(out, "[WARNING]") {
			t.Errorf("helm lint with %s: %v\n%s%s", values, err, out, errs)
		}
	}
}

func valueSets(t *testing.T) []string {
	t.Helper()
	sets, err := filepath.Glob("testdata/*.values.yaml")
	if err != nil || len(sets) < 5 {
		t.Fatalf("value sets: %q, %v", sets, err)
	}
	return sets
}
