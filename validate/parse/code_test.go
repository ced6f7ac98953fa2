package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestCodeStatements(t *testing.T) {
	attach := func(name, path, scope string, line, column int) CodeStatement {
		return CodeStatement{What: "attach_ducklake", Name: name, DataPath: path, Scope: scope, Line: line, Column: column}
	}
	st := func(what, name, scope string, line, column int) CodeStatement {
		return CodeStatement{What: what, Name: name, Scope: scope, Line: line, Column: column}
	}
	tests := []struct {
		name, file, source string
		want               []CodeStatement
	}{
		{
			"cube.js after the fix", "cube.js", "const s = `\n  INSTALL ducklake; LOAD ducklake;\n  INSTALL httpfs; LOAD httpfs; -- LOAD no\n  CREATE SECRET s3_secret (\n    TYPE S3, SECRET '${process.env.S || ''}', /* TYPE gcs */ ENDPOINT '${e}'\n  );\n" +
				"  ATTACH 'ducklake:postgres:host=${h || `a ${'b'}`} x' AS lakehouse (DATA_PATH 's3://${bucket}/raw/');\n`;",
			[]CodeStatement{
				st("install", "ducklake", "", 2, 3), st("load", "ducklake", "", 2, 21), st("install", "httpfs", "", 3, 3), st("load", "httpfs", "", 3, 19),
				st("create_secret", "s3", "", 4, 3), attach("lakehouse", "s3://*/raw/", "", 7, 3),
			},
		},
		{
			"in comments and regular expressions", "a.ts", "// `ATTACH 'ducklake:x' AS a`\nconst r = /['\"`]/g; /* \"LOAD x\" */ run(\"attach 'ducklake:y' as B (data_path 's3://b')\")",
			[]CodeStatement{attach("B", "s3://b", "", 2, 41)},
		},
		{"python functions and joined strings", "lib.py", `"""CREATE SECRET (TYPE S3)"""
def connect(a):
    """
    LOAD ducklake
    """
    c.execute("INSTALL httpfs; LOAD httpfs;")  # c.execute("LOAD no")
    c.execute(f"CREATE OR REPLACE PERSISTENT SECRET IF NOT EXISTS x IN local_file (TYPE s3, KEY_ID '{os.environ["A"]}', "
              f"SECRET '{b}')")
    def inner():
        c.sql("ATTACH IF NOT EXISTS 'ducklake:x' "
              "AS l (DATA_PATH 's3://x/')")
        return 1
    c.load_extension("spatial")
c.execute('SET s3_region = "x"; SET GLOBAL s3_endpoint TO \'y\'; ATTACH \'dir/x.db\' AS y')
print("Load data to set 5")
`, []CodeStatement{
			st("install", "httpfs", "connect", 6, 16), st("load", "httpfs", "connect", 6, 32), st("create_secret", "s3", "connect", 7, 17),
			attach("l", "s3://x/", "connect.inner", 10, 16), st("load", "spatial", "connect", 13, 7),
			st("set", "s3_region", "", 14, 12), st("set", "s3_endpoint", "", 14, 33),
		}},
		{
			"sql", "a.sql", "-- ATTACH 'ducklake:no' AS n;\n/* LOAD x;\n*/ FORCE INSTALL ducklake FROM core_nightly;\nATTACH OR REPLACE 'postgres:x' AS d (TYPE ducklake, READ_ONLY, DATA_PATH 'it''s');\n{# LOAD x; #}\n",
			[]CodeStatement{st("install", "ducklake", "", 3, 4), attach("d", "it''s", "", 4, 1)},
		},
		{
			"shell heredoc", "run.sh", "# duckdb \"LOAD ducklake\"\nduckdb <<'SQL' && echo done\nATTACH 'ducklake:$H' AS l (DATA_PATH 's3://x');\nSQL\necho \"it's\"\n",
			[]CodeStatement{attach("l", "s3://x", "", 3, 1)},
		},
		{"unknown data path", "b.py", "c.sql(f\"ATTACH 'ducklake:x' AS l (DATA_PATH '{p}')\")", []CodeStatement{attach("l", "", "", 1, 9)}},
		{"dbt profile", "profiles.yml", `lake: &p
  target: dev
  outputs:
    dev:
      type: duckdb
      extensions: [httpfs, {name: ducklake, repo: core}]
      settings: {s3_region: x}
      secrets:
        - {type: S3}
      attach:
        - path: "ducklake:postgres:host={{ env_var('H') }}"
          alias: lakehouse
          options: {data_path: "s3://{{ env_var('B') }}/raw"}
        - path: other.db
    pg: {type: postgres}
`, []CodeStatement{
			st("load", "httpfs", "lake.dev", 6, 20), st("load", "ducklake", "lake.dev", 6, 28), st("set", "s3_region", "lake.dev", 7, 18),
			st("create_secret", "s3", "lake.dev", 9, 11), attach("lakehouse", "s3://*/raw", "lake.dev", 11, 11),
		}},
		{"other YAML", "x.yaml", "ducklake: {outputs: {a: {type: duckdbx, extensions: [x]}}}", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !CodeRelevant(tt.file, []byte(tt.source), nil) {
				t.Error("not relevant")
			}
			got := ParseCode(tt.file, []byte(tt.source), nil)
			if got == nil {
				got = &Code{}
			}
			if diff := cmp.Diff(tt.want, got.Statements, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCodeFallbacks(t *testing.T) {
	f := func(variable string, empty bool, call string, line, column int) CodeFallback {
		return CodeFallback{Variable: variable, Empty: empty, Call: call, Line: line, Column: column}
	}
	tests := []struct {
		name, file, source string
		want               []CodeFallback
	}{
		{
			"javascript", "a.js", `a = process.env.A || 'x'; // process.env.NO || 'x'
b = process.env['B'] ?? "";
c = process.env.C || process.env.D || ` + "`lit`" + `;
d = process.env.E || other;
const { F = 'x', G, H: h = 1 } = process.env;
i = process.env.I ? process.env.I : 'x';
j = ` + "`${process.env.J || ''}`" + `; k = process.env.K || ` + "`${x}`" + `;`,
			[]CodeFallback{
				f("A", false, "process.env", 1, 5), f("B", true, "process.env", 2, 5), f("D", false, "process.env", 3, 22), f("F", false, "process.env", 5, 9),
				f("H", false, "process.env", 5, 21), f("I", false, "process.env", 6, 5), f("J", true, "process.env", 7, 8),
			},
		},
		{"python", "a.py", `"""os.getenv("DOC", "x")"""
a = os.environ.get("A", "x") # os.environ.get("NO", "x")
b = os.getenv('B', default='')
os.environ.setdefault("C", "x")
d = os.environ.get("D") or "x"
e = os.environ.get("E", other) + os.environ["F"]
g = os.environ.get(
    "G",
    "x",
)
h = os.environ.get("H", "x" + y)
`, []CodeFallback{
			f("A", false, "os.environ.get", 2, 8), f("B", true, "os.getenv", 3, 8), f("C", false, "os.environ.setdefault", 4, 4),
			f("D", false, "os.environ.get", 5, 8), f("G", false, "os.environ.get", 7, 8),
		}},
		{"dbt", "profiles.yml", `a: "{{ env_var('A', 'x') }}" # {{ env_var('NO', 'x') }}
b: "{{ env_var('B', env_var('C', '')) }}"
c: "{{ env_var('D') }} ${E:-x} ${F}"
`, []CodeFallback{f("A", false, "env_var", 1, 8), f("C", true, "env_var", 2, 21), f("E", false, "${…}", 3, 24)}},
		{"sql", "m.sql", "select '{{ env_var(\"A\", \"x\") }}' -- {{ env_var('NO', 'x') }}", []CodeFallback{f("A", false, "env_var", 1, 12)}},
		{"shell", "a.sh", "a=${A:-x} b=${B:=} c=${C-y} d=${D:?no} e=${E:-$F} # ${NO:-x}\n", []CodeFallback{
			f("A", false, "${…}", 1, 3), f("B", true, "${…}", 1, 13), f("C", false, "${…}", 1, 22),
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ParseCode(tt.file, []byte(tt.source), nil).Fallbacks); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCodeNames(t *testing.T) {
	tests := []struct {
		name, file, source, want string
	}{
		{"python", "a.py", "\"\"\"minio_doc\"\"\"\n# minio_comment\nx = os.environ[\"MINIO_ENV\"]\nlog(f\"the minio_prose {minio_hole}\")\nminio_var = d['minio_key'] + minio_var\n", "MINIO_ENV minio_hole minio_var minio_key"},
		{"javascript", "a.js", "const a = `text minio_prose ${process.env.MINIO_A} x`; const o = { minio_b: 'minio_c' }; // minio_no\n", "MINIO_A minio_b minio_c"},
		{"yaml", "a.yaml", "# minio_no\nminio_key: x # minio_no\nlist:\n- minio_item\n- name: MINIO_NAME\ntext: with minio_prose in it\ntail: our minio_prose\njinja: \"{{ env_var('MINIO_J') }}\"\n", "minio_key minio_item MINIO_NAME MINIO_J"},
		{"shell", "a.sh", "export MINIO_A=$MINIO_B # minio_no\necho \"the minio_prose is ${MINIO_C}\"\n", "MINIO_A MINIO_B MINIO_C"},
		{"sql", "a.sql", "select minio_col, other from t -- minio_no\n", "minio_col"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, n := range ParseCode(tt.file, []byte(tt.source), []string{"minio_*"}).Names {
				got = append(got, n.Name)
				line := strings.Split(tt.source, "\n")[n.Line-1]
				if !strings.HasPrefix(line[n.Column-1:], n.Name) {
					t.Errorf("%s is not at %d:%d", n.Name, n.Line, n.Column)
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCodeIrrelevant(t *testing.T) {
	for file, source := range map[string]string{
		"a.md": "process.env.A || 'x'", "a.js": "const a = 1;", "a.py": "print('x')", "values.yaml": "a: b", "b.sql": "select 1",
	} {
		if CodeRelevant(file, []byte(source), []string{"minio_*"}) {
			t.Errorf("%s is relevant", file)
		}
	}
	if got := ParseCode("a.js", []byte("const a = 1;"), nil); got != nil {
		t.Errorf("got %+v", got)
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{
		"`${`${\"'\"}`}`", "f\"{x['a']}\" \"ATTACH 'ducklake:\"", "<<EOF\n$x\nEOF", "/['`\"]/", "'''\n\"\\", "ATTACH 'ducklake:x' AS (DATA_PATH", "CREATE SECRET (TYPE", "ducklake:\n- {{ env_var('A','b') }}",
		"secret: {outputs: {a: {type: duckdb, attach: [{path: 'ducklake:x'}]}}}", "${A:-x", "{ minio_a = 1 } = process.env", "def f():\n  def\n", "SET x=\x01;ducklake", "# x\r\n\"a\" # b",
	} {
		for _, file := range []string{"a.js", "a.py", "a.sql", "a.yml", "a.sh"} {
			f.Add(file, []byte(seed))
		}
	}
	names := []string{"minio_*", "s3_*"}
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		code := ParseCode(file, data, names)
		if code == nil {
			return
		}
		if !CodeRelevant(file, data, names) {
			t.Fatalf("found %+v in a file that is not relevant", code)
		}
		lines := LinesOf(data)
		for _, s := range code.Statements {
			if s.Line < 1 || s.Line > len(lines) || s.Column < 1 || strings.Contains(s.DataPath+s.Name, "\x01") && !strings.Contains(string(data), "\x01") {
				t.Fatalf("bad statement %+v", s)
			}
		}
	})
}

func BenchmarkCodeRelevant(b *testing.B) {
	data := []byte(strings.Repeat("import os\n\ndef load(stream, cursor):\n    return stream.rows(cursor, limit=1000)\n", 130))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if CodeRelevant("a.py", data, []string{"minio_*"}) {
			b.Fatal("relevant")
		}
	}
}
