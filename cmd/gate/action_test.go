package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// action is action.yml, as GitHub reads it.
type action struct {
	Name, Description, Author string
	Branding                  map[string]string
	Inputs                    map[string]struct{ Description, Default string }
	Outputs                   map[string]struct{ Description, Value string }
	Runs                      struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	ID, Name, If, Uses, Shell, Run string
	WorkingDirectory               string `yaml:"working-directory"`
	With, Env                      map[string]string
}

func rootFile(elem ...string) string {
	return filepath.Join(append([]string{sourceDir, "..", ".."}, elem...)...)
}

// parseYAML reads a document, and knows every key of it.
func parseYAML(t *testing.T, text string, into any) {
	t.Helper()
	dec := yaml.NewDecoder(strings.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func readAction(t *testing.T) (action, string) {
	t.Helper()
	var a action
	text := read(t, rootFile("action.yml"))
	parseYAML(t, text, &a)
	return a, text
}

var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)

// TestActionShape holds action.yml to what GitHub asks of a composite action, and to
// what keeps it safe: no expression stands in a script, where a branch's name could
// be a command.
func TestActionShape(t *testing.T) {
	a, text := readAction(t)
	if a.Name == "" || a.Description == "" || a.Runs.Using != "composite" {
		t.Errorf("name %q, using %q", a.Name, a.Runs.Using)
	}
	ids := map[string]bool{}
	for _, s := range a.Runs.Steps {
		ids[s.ID] = true
		if (s.Run == "") == (s.Uses == "") || s.Run != "" && s.Shell == "" {
			t.Errorf("step %q: want one of run (with a shell) and uses", s.Name)
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %q has an expression in its script", s.Name)
		}
		if s.Uses != "" && !regexp.MustCompile(`^[\w-]+/[\w/-]+@v\d+$`).MatchString(s.Uses) {
			t.Errorf("step %q uses %s: want a version", s.Name, s.Uses)
		}
	}
	used := map[string]bool{}
	for _, found := range regexp.MustCompile(`inputs\.([\w-]+)`).FindAllStringSubmatch(text, -1) {
		used[found[1]] = true
		if _, ok := a.Inputs[found[1]]; !ok {
			t.Errorf("inputs.%s is not declared", found[1])
		}
	}
	for name, input := range a.Inputs {
		if !used[name] || input.Description == "" {
			t.Errorf("input %s: used %t, described %q", name, used[name], input.Description)
		}
	}
	for _, found := range regexp.MustCompile(`steps\.([\w-]+)\.`).FindAllStringSubmatch(text, -1) {
		if !ids[found[1]] {
			t.Errorf("steps.%s is not there", found[1])
		}
	}
}

// TestAction runs the scripts of action.yml as a runner does, the installation of
// the gate from the action's own source included.
func TestAction(t *testing.T) {
	a, _ := readAction(t)
	dir, temporary := lakeWithChanges(t), t.TempDir()
	base := strings.TrimSpace(gitIn(t, dir, "rev-parse", "origin/main"))
	for name, c := range map[string]struct {
		head    string
		inputs  map[string]string
		context map[string]string
		want    map[string]string
		code    int
		says    string
	}{
		"a pull request that is refused": {
			head: "bad", context: map[string]string{"github.event.pull_request.base.sha": base},
			want: map[string]string{"verdict": "refused", "exit-code": "1", "sarif": filepath.Join(temporary, "lotus-gate.sarif")}, code: 1,
			says: "::error file=orchestration/airbyte/terraform/notes.json,line=1",
		},
		"a pull request that is accepted": {
			head: "good", context: map[string]string{"github.event.pull_request.base.sha": base},
			want: map[string]string{"verdict": "accepted", "exit-code": "0", "sarif": filepath.Join(temporary, "lotus-gate.sarif")},
		},
		"a push of a new branch": {
			head: "bad", context: map[string]string{"github.event.before": strings.Repeat("0", 40), "github.event.repository.default_branch": "main"},
			want: map[string]string{"verdict": "refused", "exit-code": "1", "sarif": filepath.Join(temporary, "lotus-gate.sarif")}, code: 1,
		},
		"a base of one's own, which there is not": {
			head: "good", inputs: map[string]string{"base": "nowhere"},
			want: map[string]string{"verdict": "misconfigured", "exit-code": "2"}, code: 2,
		},
		"warnings fail": {
			head: "warned", inputs: map[string]string{"base": "origin/main", "fail-on": "warning"},
			want: map[string]string{"verdict": "refused", "exit-code": "1", "sarif": filepath.Join(temporary, "lotus-gate.sarif")}, code: 1,
			says: "::warning file=Makefile,line=2",
		},
		"warnings do not": {
			head: "warned", inputs: map[string]string{"base": "origin/main"},
			want: map[string]string{"verdict": "accepted", "exit-code": "0", "sarif": filepath.Join(temporary, "lotus-gate.sarif")},
		},
		"rules of one's own": {
			head: "good", inputs: map[string]string{"base": "origin/main", "policy": "\nno-such-rules\n"},
			want: map[string]string{"verdict": "misconfigured", "exit-code": "2"}, code: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			gitIn(t, dir, "checkout", "-q", c.head)
			os.Remove(filepath.Join(temporary, "lotus-gate.sarif"))
			r := runner{action: a, dir: dir, temporary: temporary, inputs: c.inputs, context: c.context, outputs: map[string]string{}}
			said, code := r.run(t)
			if diff := cmp.Diff(c.want, r.outputs); diff != "" || code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit code %d, want %d; outputs (-want +got):\n%s\n%s", code, c.code, diff, said)
			}
			if sarif := c.want["sarif"]; sarif != "" && !json.Valid([]byte(read(t, sarif))) {
				t.Errorf("%s is no JSON", sarif)
			}
		})
	}
}

// runner runs the steps of an action that are scripts.
type runner struct {
	action
	dir, temporary  string
	inputs, context map[string]string
	outputs         map[string]string
}

func (r *runner) run(t *testing.T) (said string, code int) {
	t.Helper()
	values := map[string]string{"github.action_path": rootFile()}
	for name, input := range r.Inputs {
		values["inputs."+name] = input.Default
	}
	for name, value := range r.inputs {
		values["inputs."+name] = value
	}
	for name, value := range r.context {
		values[name] = value
	}
	for _, s := range r.Runs.Steps {
		if s.Run == "" {
			continue
		}
		file := filepath.Join(t.TempDir(), "outputs")
		cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
		cmd.Dir = filepath.Join(r.dir, evaluate(s.WorkingDirectory, values))
		cmd.Env = append(os.Environ(), "RUNNER_TEMP="+r.temporary, "GITHUB_OUTPUT="+file)
		for name, value := range s.Env {
			cmd.Env = append(cmd.Env, name+"="+evaluate(value, values))
		}
		out, err := cmd.CombinedOutput()
		said += string(out)
		if text, err := os.ReadFile(file); err == nil {
			for line := range strings.Lines(string(text)) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
				values["steps."+s.ID+".outputs."+name], r.outputs[name] = value, value
			}
		}
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			return said, failed.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return said, 0
}

// evaluate puts values in the place of expressions; of `a || b`, the first that is
// something.
func evaluate(text string, values map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		for name := range strings.SplitSeq(expression.FindStringSubmatch(found)[1], "||") {
			if value := values[strings.TrimSpace(name)]; value != "" {
				return value
			}
		}
		return ""
	})
}

// lakeWithChanges is a clone of the example lake with three branches: a good change,
// a bad one, and one with a warning.
func lakeWithChanges(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for key, value := range gitEnv(dir) {
		t.Setenv(key, value)
	}
	server, work := filepath.Join(dir, "server.git"), filepath.Join(dir, "work")
	gitIn(t, dir, "init", "-q", "--bare", "-b", "main", server)
	gitIn(t, dir, "init", "-q", "-b", "main", work)
	copyTree(t, examplesDir("lake"), work)
	gitIn(t, work, "add", "-A")
	gitIn(t, work, "commit", "-q", "-m", "The lake")
	gitIn(t, work, "remote", "add", "origin", server)
	gitIn(t, work, "push", "-q", "origin", "main")
	for branch, file := range map[string][2]string{
		"good":   {"NOTES.md", "Harmless.\n"},
		"bad":    {"orchestration/airbyte/terraform/notes.json", stateV4},
		"warned": {"Makefile", "apply:\n\tterraform apply\n"},
	} {
		gitIn(t, work, "checkout", "-q", "-b", branch, "main")
		if err := os.WriteFile(filepath.Join(work, file[0]), []byte(file[1]), 0o644); err != nil {
			t.Fatal(err)
		}
		gitIn(t, work, "add", "-A")
		gitIn(t, work, "commit", "-q", "-m", "A change")
	}
	return work
}

func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return git(t, slices.Concat([]string{"-C", dir}, args)...)
}
