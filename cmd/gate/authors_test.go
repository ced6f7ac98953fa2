package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lotus-lake/lotus-gate/test/walkthrough"
)

// TestAuthorsPage makes a script of docs/authors.md and runs it: files are written as
// the page says, and commands say what the page says. Those for a cluster are run by
// the tests of cmd/webhook.
func TestAuthorsPage(t *testing.T) {
	steps, err := walkthrough.Read(filepath.Join(sourceDir, "..", "..", "docs", "authors.md"))
	if err != nil {
		t.Fatal(err)
	}
	steps = slices.DeleteFunc(steps, func(s walkthrough.Step) bool { return s.Cluster })
	refused := slices.ContainsFunc(steps, func(s walkthrough.Step) bool { return s.Fails && strings.Contains(s.Script, "git push") })
	if len(steps) < 15 || !refused {
		t.Fatalf("%d steps, a refused push among them: %t", len(steps), refused)
	}
	testscript.Run(t, testscript.Params{
		Dir: scriptOf(t, steps), RequireExplicitExec: true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"says": func(ts *testscript.TestScript, _ bool, args []string) {
				step := walkthrough.Step{Says: strings.Split(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")}
				if lacks := step.Lacks(ts.ReadFile("stdout")); len(lacks) > 0 {
					ts.Fatalf("the page says more than the command:\n%s", strings.Join(lacks, "\n"))
				}
			},
		},
		Setup: func(env *testscript.Env) error {
			for key, value := range gitEnv(env.WorkDir) {
				env.Setenv(key, value)
			}
			env.Setenv("NO_COLOR", "1")
			return os.Mkdir(filepath.Join(env.WorkDir, "lake"), 0o755)
		},
	})
}

// scriptOf writes the steps as one testscript.
func scriptOf(t *testing.T, steps []walkthrough.Step) string {
	t.Helper()
	var archive txtar.Archive
	var script strings.Builder
	script.WriteString("cd lake\n")
	add := func(name, text string) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	for _, s := range steps {
		name := fmt.Sprintf("line%d", s.Line)
		fmt.Fprintf(&script, "# authors.md:%d\n", s.Line)
		if s.Script == "" {
			add(name, s.Text)
			fmt.Fprintf(&script, "mkdir %s\ncp $WORK/%s %s\n", filepath.Dir(s.File), name, s.File)
			continue
		}
		add(name+".sh", "exec 2>&1\nset -e\n"+s.Script)
		not := ""
		if s.Fails {
			not = "! "
		}
		fmt.Fprintf(&script, "%sexec sh $WORK/%s.sh\n", not, name)
		if len(s.Says) > 0 {
			add(name+".txt", strings.Join(s.Says, "\n")+"\n")
			fmt.Fprintf(&script, "says $WORK/%s.txt\n", name)
		}
	}
	archive.Comment = []byte(script.String())
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "authors.txtar"), txtar.Format(&archive), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}
