package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

var update = flag.Bool("update", false, "write the golden files")

func write(t testing.TB, format string, r Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	quiet := refused()
	quiet.FailOn = policy.Warning
	type golden struct {
		name, format string
		report       Report
		options      Options
	}
	tests := []golden{
		{"color", "text", refused(), Options{Color: true, Limit: 1, Width: 60}},
		{"quiet", "text", quiet, Options{Quiet: true}},
		{"quiet", "table", quiet, Options{Quiet: true}},
		{"narrow", "text", crowded(), Options{Width: 72, Limit: 2, Rules: 3}},
		{"crowded", "markdown", crowded(), Options{}},
		{"crowded", "html", crowded(), Options{}},
		{"flagged", "html", flagged(), Options{}},
		{"audited", "html", audited(), Options{}},
	}
	for _, format := range Formats {
		tests = append(tests, golden{"refused", format, refused(), Options{}}, golden{"passed", format, passed(), Options{}},
			golden{"settled", format, settled(), Options{}}, golden{"undecided", format, undecided(), Options{}},
			golden{"staged", format, staged(), Options{}})
	}
	for _, test := range tests {
		t.Run(test.name+"."+test.format, func(t *testing.T) {
			got := write(t, test.format, test.report, test.options)
			file := filepath.Join("testdata", test.name+"."+test.format)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got; -update writes the file)\n%s", diff)
			}
		})
	}
}

// A pass with --quiet is silent, for people; a machine always gets its document.
func TestQuietPass(t *testing.T) {
	for _, format := range Formats {
		got := write(t, format, passed(), Options{Quiet: true})
		if silent := got == ""; silent != (format == "text" || format == "table") {
			t.Errorf("%s: %q", format, got)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	full := errors.New("no space left")
	tests := []struct {
		name, format string
		report       Report
		want         string
	}{
		{"format", "yaml", passed(), `unknown format "yaml": want one of text, markdown, html, json, sarif, junit, github, gitlab, tap, table, resources, script`},
		{
			"severity", "json",
			Report{Findings: []policy.Finding{{Rule: "a/b", Path: "f"}}},
			"write report: finding of a/b in f has severity(0)",
		},
		{"writer", "text", passed(), "write report as text: no space left"},
		{"writer", "junit", refused(), "write report as junit: no space left"},
		{"writer", "sarif", refused(), "write report as sarif: no space left"},
	}
	for _, test := range tests {
		t.Run(test.name+" "+test.format, func(t *testing.T) {
			err := Write(failingWriter{full}, test.format, test.report, Options{})
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if test.name == "writer" && !errors.Is(err, full) {
				t.Errorf("%v does not wrap the writer's error", err)
			}
		})
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
