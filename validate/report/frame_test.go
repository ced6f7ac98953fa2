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
			line, mark := frameLine(test.line, mask(test.line), test.column, 40)
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
			if got := write(t, "text", r, Options{}); !strings.Contains(got, "    > 3 | backfill\n        | ^\n") {
				t.Fatalf("the frame is missing before the change:\n%s", got)
			}
			change(&r)
			if got := write(t, "text", r, Options{}); strings.Contains(got, secret) || !strings.Contains(got, ": wrong\n") {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// Formats for machines never carry lines of a file; those for people do, and
// never what may be a credential.
func TestWhoSeesLinesOfAFile(t *testing.T) {
	r := refused()
	for _, format := range Formats {
		got := write(t, format, r, Options{})
		people := format == "text" || format == "markdown" || format == "html"
		if shows := strings.Contains(got, "api_key"); shows != people || strings.Contains(got, "shpat_") {
			t.Errorf("%s: lines of a file: %t\n%s", format, shows, got)
		}
	}
}

// What a line means is told by those above it, also by those that are not shown.
func TestMaskLines(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing to hide", "a: 1\nb:\n  c: 2", "a: 1\nb:\n  c: 2"},
		{"the value of a variable", "- name: DB_PASSWORD\n  value: hunter2\n- name: x", "- name: DB_PASSWORD\n  value: ‹hidden›\n- name: x"},
		{"in one line", `{"name": "API_TOKEN", "value": "x"}`, `{"name": "API_TOKEN", ‹hidden›`},
		{"before its name", `{"value": "x", "name": "API_TOKEN"}`, `{"value": ‹hidden›`},
		{"above its name", "- value: hunter2\n  name: DB_PASSWORD", "- value: ‹hidden›\n  name: DB_PASSWORD"},
		{"values of a Secret", "kind: Secret\ndata:\n  admin: eA==\n  user: eQ==\ntype: x", "kind: Secret\ndata:\n  admin: ‹hidden›\n  user: ‹hidden›\ntype: x"},
		{"stringData", "stringData:\n  admin: x", "stringData:\n  admin: ‹hidden›"},
		{"references speak for themselves", "secretKeyRef:\n  name: db\n  key: host", "secretKeyRef:\n  name: db\n  key: host"},
		{"code is no value", "def get_secret(name):\n  read(name)", "def get_secret‹hidden›\n  read(name)"},
		{"a call", "client_secret = sensitive(\n  \"x\"\n)", "client_secret = ‹hidden›\n  ‹hidden›\n)"},
		{"nothing is named", "- name: REPLICAS\n  value: 3", "- name: REPLICAS\n  value: 3"},
		{"a default", "variable \"api_key\" {\n  type = string\n  default = \"x\"\n}", "variable \"api_key\" ‹hidden›\n  type = string\n  default = ‹hidden›\n}"},
		{"a block below its key", "password: |\n  hunter2\n  more\nuser: x", "password: ‹hidden›\n  ‹hidden›\n  ‹hidden›\nuser: x"},
		{"a block of another kind", "  client_secret: >-\n\n    abc\n  name: x", "  client_secret: ‹hidden›\n\n    ‹hidden›\n  name: x"},
		{"a heredoc", "private_key = <<EOT\n  abc\nEOT", "private_key = ‹hidden›\n  ‹hidden›\nEOT"},
		{"a value on the next line", "\"password\":\n  \"x\"", "\"password\":\n  ‹hidden›"},
		{"a list", "tokens = [\n  \"x\",\n]\nb = 1", "tokens = ‹hidden›\n  ‹hidden›\n]\nb = 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, strings.Join(maskLines(strings.Split(test.text, "\n")), "\n")); diff != "" {
				t.Error(diff)
			}
		})
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
		{`const pass = process.env.DB_PASSWORD || 'hunter2';`, `const pass = process.env.DB_PASSWORD || ‹hidden›`},
		{`key = os.environ.get("S3_ACCESS_KEY_ID", "local")`, `key = os.environ.get("S3_ACCESS_KEY_ID", ‹hidden›`},
		{`key = os.environ.get('API_TOKEN') or 'x'`, `key = os.environ.get('API_TOKEN') ‹hidden›`},
		{`ENV DB_PASSWORD hunter2`, `ENV DB_PASSWORD ‹hidden›`},
		{`mysql --password hunter2`, `mysql --password ‹hidden›`},
		{`echo ${DB_PASSWORD:-x}`, `echo ${DB_PASSWORD:‹hidden›`},
		{`- s3_secret_access_key_id_of_lake2`, `- s3_secret_access_key_id_of_lake2`},
		{`- shpat_0123456789abcdef`, `- ‹hidden›`},
		{`- correct1horse2battery3staple4`, `- ‹hidden›`},
		{`sync_catalog_configuration_of_orders`, `sync_catalog_configuration_of_orders`},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, mask(test.line)); diff != "" {
			t.Error(diff)
		}
	}
}
