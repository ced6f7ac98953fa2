package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

func TestFrameLine(t *testing.T) {
	type shown struct {
		Line string
		Mark int
	}
	long := strings.Repeat("ab ", 40) + "HERE" + strings.Repeat(" cd", 40)
	tests := []struct {
		name, line string
		column     int
		want       shown
	}{
		{"plain", `"backfill": true`, 1, shown{`"backfill": true`, 0}},
		{"tabs", "\t\tx: 1", 3, shown{"        x: 1", 8}},
		{"wide characters before", "größe x", 9, shown{"größe x", 6}},
		{"line end of Windows", "abc\r", 1, shown{"abc", 0}},
		{"no column", "abc", 0, shown{"abc", -1}},
		{"one past the end", "abc", 4, shown{"abc", -1}},
		{"beyond the line", "abc", 9, shown{"abc", -1}},
		{"cut at the end", strings.Repeat("ab ", 20), 2, shown{strings.Repeat("ab ", 13) + "a…", 1}},
		{"cut on both sides", long, 121, shown{"…" + long[100:140] + "…", 21}},
		{"escapes count as they look", "\x1b[1m x", 6, shown{`\x1b[1m x`, 8}},
		{"secret hidden", `password = "hunter2" # x`, 1, shown{`password = ‹hidden›`, 0}},
		{"mark inside a secret", `password = "hunter2"`, 14, shown{`password = ‹hidden›`, -1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			line, mark := frameLine(test.line, test.column, 40)
			if diff := cmp.Diff(test.want, shown{line, mark}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// No frame without leave: each of these shows the finding and not the file.
func TestNoFrame(t *testing.T) {
	const secret = "backfill"
	for name, change := range map[string]func(*Report){
		"nobody allowed frames": func(r *Report) { r.Framed = nil },
		"rule may not":          func(r *Report) { r.Framed = func(string) bool { return false } },
		"no source":             func(r *Report) { r.Source = nil },
		"file is gone":          func(r *Report) { r.Source = func(string, string, int) ([]string, int, bool) { return nil, 0, false } },
		"no line":               func(r *Report) { r.Findings[0].Line = 0 },
		"line of a megabyte": func(r *Report) {
			r.Source = func(string, string, int) ([]string, int, bool) {
				return []string{secret + strings.Repeat("x", 1<<20)}, 3, true
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := Report{
				Findings: []policy.Finding{{Rule: "a/b", Severity: policy.Error, Message: "wrong", Path: "f", Line: 3, Column: 1}},
				Source:   func(string, string, int) ([]string, int, bool) { return []string{secret}, 3, true },
				Framed:   func(string) bool { return true },
			}
			if got := write(t, "text", r, Options{}); !strings.Contains(got, "    3 | backfill\n      | ^\n") {
				t.Fatalf("the frame is missing before the change:\n%s", got)
			}
			change(&r)
			if got := write(t, "text", r, Options{}); strings.Contains(got, secret) || !strings.Contains(got, ": wrong\n") {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// Formats for machines never carry lines of a file.
func TestSourceStaysOutOfMachineFormats(t *testing.T) {
	r := refused()
	for _, format := range Formats[1:] {
		if got := write(t, format, r, Options{}); strings.Contains(got, "api_key") || strings.Contains(got, "größe") {
			t.Errorf("%s shows lines of a file:\n%s", format, got)
		}
	}
}

func TestMask(t *testing.T) {
	tests := []struct{ line, want string }{
		{`"backfill": true,`, `"backfill": true,`},
		{`cursor_field = ["updated_at"]`, `cursor_field = ["updated_at"]`},
		{`  client_secret = "abc" # rotate`, `  client_secret = ‹hidden›`},
		{`MINIO_ROOT_PASSWORD: changeme`, `MINIO_ROOT_PASSWORD: ‹hidden›`},
		{`{"name":"x","accessKey":"k","b":1}`, `{"name":"x","accessKey":‹hidden›`},
		{`url = "postgres://user:pw@db/x"`, `url = "postgres://‹hidden›@db/x"`},
		{`- AKIAIOSFODNN7EXAMPLE1`, `- ‹hidden›`},
		{`data: H4sIAAAAAAAA/6tWKkktLlGyUlAqS8wpTVWqBQA+PSEPFAAAAA==`, `data: ‹hidden›`},
		{`sync_catalog_configuration_of_orders`, `sync_catalog_configuration_of_orders`},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, mask(test.line)); diff != "" {
			t.Error(diff)
		}
	}
}
