package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ciScript runs a script of an example as its CI does, with a stand-in for `go
// install`, and gives what it says and its exit code.
func ciScript(t *testing.T, dir string, shell []string, script string, env ...string) (string, int) {
	t.Helper()
	bin := t.TempDir()
	// The gate is on the PATH already; what matters is that this one is asked for.
	standIn := "#!/bin/sh\ncase \"$*\" in 'install github.com/lotus-lake/lotus-gate/cmd/gate@latest') ;; *) echo \"go $*\" >&2; exit 9 ;; esac\n"
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(standIn), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), shell[0], append(shell[1:], "-c", script)...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH")), env...)
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// verdicts are what CI says of the branches of lakeWithChanges.
var verdicts = map[string]int{"good": 0, "bad": 1, "warned": 0}

// TestGitLabComponent runs the component's script for merge requests, and reads the
// code quality report.
func TestGitLabComponent(t *testing.T) {
	head, body, ok := strings.Cut(read(t, rootFile("templates", "gate", "template.yml")), "\n---\n")
	if !ok {
		t.Fatal("no spec before the template")
	}
	var spec struct {
		Spec struct {
			Inputs map[string]struct {
				Default, Description string
				Options              []string
			}
		}
	}
	parseYAML(t, head, &spec)
	used := map[string]bool{}
	body = regexp.MustCompile(`\$\[\[ inputs\.([\w-]+) \]\]`).ReplaceAllStringFunc(body, func(found string) string {
		name := strings.TrimSuffix(strings.TrimPrefix(found, "$[[ inputs."), " ]]")
		input, ok := spec.Spec.Inputs[name]
		if !ok || input.Description == "" {
			t.Errorf("input %s: declared %t, described %q", name, ok, input.Description)
		}
		used[name] = true
		return input.Default
	})
	for name := range spec.Spec.Inputs {
		if !used[name] {
			t.Errorf("input %s is not used", name)
		}
	}
	type job struct {
		Stage, Image string
		Rules        []struct{ If string }
		Variables    map[string]string
		Script       []string
		Artifacts    struct {
			When    string
			Reports struct{ Codequality string }
		}
	}
	var jobs map[string]job
	parseYAML(t, body, &jobs)
	j, ok := jobs["lotus-gate"]
	if !ok || len(jobs) != 1 || j.Variables["GIT_DEPTH"] != "0" || j.Artifacts.When != "always" {
		t.Fatalf("jobs %+v", jobs)
	}
	dir := lakeWithChanges(t)
	for branch, want := range verdicts {
		gitIn(t, dir, "checkout", "-q", branch)
		base := strings.TrimSpace(gitIn(t, dir, "rev-parse", "origin/main"))
		env := []string{"CI_MERGE_REQUEST_DIFF_BASE_SHA=" + base}
		for name, value := range j.Variables {
			env = append(env, name+"="+os.Expand(value, func(string) string { return base }))
		}
		said, code := ciScript(t, dir, []string{"bash", "-eo", "pipefail"}, strings.Join(j.Script, "\n"), env...)
		if code != want {
			t.Errorf("%s: exit code %d, want %d:\n%s", branch, code, want, said)
		}
		var issues []struct{ Description, Severity, Fingerprint string }
		report := filepath.Join(dir, j.Artifacts.Reports.Codequality)
		if err := json.Unmarshal([]byte(read(t, report)), &issues); err != nil || (len(issues) > 0) != (branch != "good") {
			t.Errorf("%s: %d issues, %v", branch, len(issues), err)
		}
		os.Remove(report)
	}
	var example struct {
		Include []struct {
			Remote string
			Inputs map[string]string
		}
	}
	parseYAML(t, read(t, examplesDir("ci", "gitlab.yaml")), &example)
	if len(example.Include) != 1 || !strings.HasSuffix(example.Include[0].Remote, "/lotus-lake/lotus-gate/main/templates/gate/template.yml") {
		t.Errorf("the example includes %+v", example.Include)
	}
	for name := range example.Include[0].Inputs {
		if !used[name] {
			t.Errorf("the example sets input %s, which there is not", name)
		}
	}
}

// TestGitHubExample: the workflow uses the action with inputs that it has.
func TestGitHubExample(t *testing.T) {
	a, _ := readAction(t)
	w := readWorkflow(t, "github.yaml")
	last := w.Jobs["gate"].Steps[len(w.Jobs["gate"].Steps)-1]
	if last.Uses != "lotus-lake/lotus-gate@main" || w.Jobs["gate"].Steps[0].With["fetch-depth"] != "0" || w.Permissions["security-events"] != "write" {
		t.Errorf("workflow %+v", w)
	}
	for name := range last.With {
		if _, ok := a.Inputs[name]; !ok {
			t.Errorf("the action has no input %s", name)
		}
	}
}

type workflow struct {
	Name, On    string
	Permissions map[string]string
	Jobs        map[string]struct {
		RunsOn    string `yaml:"runs-on"`
		Container map[string]string
		Env       map[string]string
		Steps     []actionStep
	}
}

func readWorkflow(t *testing.T, name string) workflow {
	t.Helper()
	var w workflow
	parseYAML(t, read(t, examplesDir("ci", name)), &w)
	return w
}

// TestForgejoExample runs the workflow's script against a server that keeps pull
// requests as Forgejo and Gitea do.
func TestForgejoExample(t *testing.T) {
	job := readWorkflow(t, "forgejo.yaml").Jobs["gate"]
	work := lakeWithChanges(t)
	server := strings.TrimSpace(gitIn(t, work, "remote", "get-url", "origin"))
	for branch, want := range verdicts {
		gitIn(t, work, "push", "-q", "-f", "origin", branch+":refs/pull/7/head")
		env := []string{}
		for name, value := range job.Env {
			value = evaluate(value, map[string]string{
				"github.server_url": "file://" + filepath.Dir(server), "github.repository": strings.TrimSuffix(filepath.Base(server), ".git"),
				"github.base_ref": "main", "github.event.number": "7", "github.token": "not-a-real-one",
			})
			env = append(env, name+"="+value)
		}
		said, code := ciScript(t, t.TempDir(), []string{"sh", "-e"}, job.Steps[0].Run, env...)
		if code != want || (branch == "bad") != strings.Contains(said, "::error file=") {
			t.Errorf("%s: exit code %d, want %d:\n%s", branch, code, want, said)
		}
	}
}

// TestJenkinsExample runs the step of the Jenkinsfile and reads the test report.
func TestJenkinsExample(t *testing.T) {
	step := regexp.MustCompile(`sh '([^']+)'`).FindStringSubmatch(read(t, examplesDir("ci", "Jenkinsfile")))
	if step == nil {
		t.Fatal("no step sh")
	}
	dir := lakeWithChanges(t)
	for branch, want := range verdicts {
		gitIn(t, dir, "checkout", "-q", branch)
		said, code := ciScript(t, dir, []string{"sh", "-e"}, step[1], "CHANGE_TARGET=main")
		var suites struct {
			Suites []struct {
				Name string `xml:"name,attr"`
			} `xml:"testsuite"`
		}
		report := filepath.Join(dir, "gate.xml")
		if err := xml.Unmarshal([]byte(read(t, report)), &suites); err != nil || code != want {
			t.Errorf("%s: exit code %d, want %d, report %v:\n%s", branch, code, want, err, said)
		}
		os.Remove(report)
	}
}

// TestTektonExample runs the step of the Task and reads its result.
func TestTektonExample(t *testing.T) {
	type named struct{ Name, Description, Default string }
	var task struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   named
		Spec       struct {
			Description                 string
			Params, Results, Workspaces []named
			Steps                       []struct {
				Name, Image, Script string
				WorkingDir          string `yaml:"workingDir"`
				Env                 []struct{ Name, Value string }
			}
		}
	}
	parseYAML(t, read(t, examplesDir("ci", "tekton.yaml")), &task)
	if task.APIVersion != "tekton.dev/v1" || task.Kind != "Task" || len(task.Spec.Steps) != 1 {
		t.Fatalf("%s %s with %d steps", task.APIVersion, task.Kind, len(task.Spec.Steps))
	}
	step, dir, result := task.Spec.Steps[0], lakeWithChanges(t), filepath.Join(t.TempDir(), "verdict")
	pairs := []string{"$(results." + task.Spec.Results[0].Name + ".path)", result, "$(workspaces." + task.Spec.Workspaces[0].Name + ".path)", dir}
	for _, p := range task.Spec.Params {
		pairs = append(pairs, "$(params."+p.Name+")", p.Default)
	}
	fill := strings.NewReplacer(pairs...).Replace
	var env []string
	for _, e := range step.Env {
		if env = append(env, e.Name+"="+fill(e.Value)); strings.Contains(fill(e.Value), "$(") {
			t.Errorf("nothing fills %s", e.Value)
		}
	}
	if fill(step.WorkingDir) != dir {
		t.Errorf("the step runs in %s", step.WorkingDir)
	}
	for branch, want := range verdicts {
		gitIn(t, dir, "checkout", "-q", branch)
		said, code := ciScript(t, dir, []string{"sh"}, step.Script, env...)
		if verdict := []string{"accepted", "refused"}[want]; code != want || read(t, result) != verdict {
			t.Errorf("%s: exit code %d, want %d, verdict %q:\n%s", branch, code, want, read(t, result), said)
		}
	}
}

// TestPreCommitHooks holds .pre-commit-hooks.yaml to its format and runs its entries,
// as pre-commit does, before a commit. (`make pre-commit` tries the real pre-commit.)
func TestPreCommitHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Description, Entry, Language string
		PassFilenames                          *bool `yaml:"pass_filenames"`
		AlwaysRun                              bool  `yaml:"always_run"`
	}
	parseYAML(t, read(t, rootFile(".pre-commit-hooks.yaml")), &hooks)
	var config struct {
		Repos []struct {
			Repo, Rev string
			Hooks     []struct{ ID string }
		}
	}
	parseYAML(t, read(t, examplesDir("ci", "pre-commit-config.yaml")), &config)
	dir, known := lakeWithChanges(t), map[string]bool{}
	for _, h := range hooks {
		known[h.ID] = true
		if h.Name == "" || h.PassFilenames == nil || *h.PassFilenames || !h.AlwaysRun || h.Language != "golang" && h.Language != "system" {
			t.Errorf("hook %+v", h)
		}
		for branch, want := range verdicts {
			gitIn(t, dir, "checkout", "-q", branch)
			gitIn(t, dir, "reset", "-q", "--soft", "main")
			words := strings.Fields(h.Entry)
			cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
			cmd.Dir = dir
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != want {
				t.Errorf("%s before the commit of %s: exit code %d, want %d:\n%s", h.ID, branch, code, want, out)
			}
			gitIn(t, dir, "reset", "-q", "--hard", "ORIG_HEAD")
		}
	}
	if hook := config.Repos[0].Hooks[0].ID; !known[hook] {
		t.Errorf("the example names hook %s, which there is not", hook)
	}
}
