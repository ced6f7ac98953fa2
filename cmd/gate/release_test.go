package main

import (
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

// TestManPages writes the manual as a package does: a page for each command that
// people may call, the same at each build.
func TestManPages(t *testing.T) {
	write := func() map[string]string {
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "go", "run", "-tags", "man", "./cmd/gate", "man", dir)
		cmd.Dir = rootFile()
		cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1780000000")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		pages := map[string]string{}
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, file := range files {
			pages[filepath.Base(file)] = read(t, file)
		}
		return pages
	}
	pages := write()
	if diff := cmp.Diff(pages, write()); diff != "" {
		t.Errorf("another manual at each build:\n%s", diff)
	}
	root := newRoot()
	root.InitDefaultCompletionCmd()
	for _, cmd := range all(root) {
		if cmd.Hidden {
			continue
		}
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
		page, ok := pages[name]
		if !ok || !strings.Contains(page, `.TH "`+strings.ToUpper(strings.TrimSuffix(name, ".1"))+`" "1"`) || !strings.Contains(page, cmd.Short[:10]) {
			t.Errorf("%s: there %t:\n%.300s", name, ok, page)
		}
	}
	if _, ok := pages["gate-man.1"]; ok {
		t.Error("the command that writes the manual is in it")
	}
}

// TestReleaseConfiguration: what .goreleaser.yaml packs is what is built, and the
// commands that it runs are there. (`make release-check` runs goreleaser.)
func TestReleaseConfiguration(t *testing.T) {
	type file struct {
		Src, Dst string
		Info     map[string]string
	}
	var c struct {
		Version int
		Before  struct{ Hooks []string }
		Builds  []struct {
			ID, Main, Binary           string
			Env, Goos, Goarch, Ldflags []string
		}
		Archives []struct{ Files []yaml.Node }
		Nfpms    []struct {
			Formats  []string
			Contents []file
		}
		Casks []struct {
			Binaries, Manpages []string
			Completions        map[string]string
		} `yaml:"homebrew_casks"`
		Sboms    []struct{ Artifacts string }
		Checksum map[string]string
	}
	if err := yaml.Unmarshal([]byte(read(t, rootFile(".goreleaser.yaml"))), &c); err != nil {
		t.Fatal(err)
	}
	if c.Version != 2 || len(c.Sboms) != 1 || c.Checksum["name_template"] == "" {
		t.Errorf("version %d, SBOMs %v, checksums %v", c.Version, c.Sboms, c.Checksum)
	}
	for _, b := range c.Builds {
		if _, err := os.Stat(rootFile(b.Main)); err != nil || b.Binary != "gate" || !slices.Contains(b.Env, "CGO_ENABLED=0") {
			t.Errorf("build %+v: %v", b, err)
		}
	}
	hooks := strings.Join(c.Before.Hooks, "\n")
	sources := []string{}
	for _, n := range c.Nfpms {
		for _, f := range n.Contents {
			sources = append(sources, f.Src)
		}
	}
	for _, a := range c.Archives {
		for _, node := range a.Files {
			var f file
			if node.Kind == yaml.ScalarNode {
				f.Src = node.Value
			} else if err := node.Decode(&f); err != nil {
				t.Fatal(err)
			}
			sources = append(sources, f.Src)
		}
	}
	for _, source := range sources {
		if dir, built := strings.CutPrefix(filepath.Dir(source), "build"); built {
			if !regexp.MustCompile(regexp.QuoteMeta("build"+dir) + `(\s|/|$)`).MatchString(hooks) {
				t.Errorf("nothing builds %s", source)
			}
		} else if _, err := os.Stat(rootFile(source)); err != nil {
			t.Error(err)
		}
	}
	for shell, file := range c.Casks[0].Completions {
		if file != "completions/gate."+shell {
			t.Errorf("completions of %s: %s", shell, file)
		}
	}
}

// TestCompletion completes in a real bash, as it is installed: commands, flags, their
// values, and rules.
func TestCompletion(t *testing.T) {
	script, err := exec.CommandContext(t.Context(), "gate", "completion", "bash").Output()
	if err != nil {
		t.Fatal(err)
	}
	// What the bash-completion package brings of it.
	const library = `_get_comp_words_by_ref() { cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD; }
`
	for line, want := range map[string][]string{
		"gate ch":                    {"check"},
		"gate hook ":                 {"install", "uninstall"},
		"gate check --format s":      {"sarif"},
		"gate check --fail-on ":      {"error", "never", "warning"},
		"gate explain state/comm":    {"state/committed"},
		"gate fix --wr":              {"--write"},
		"gate fix backfill/o":        {"backfill/overdue"},
		"gate hook install --pre-re": {"--pre-receive"},
	} {
		words := strings.Split(line, " ")
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = "'" + w + "'"
		}
		cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-c", library+string(script)+
			"\nCOMP_TYPE=9 COMP_WORDS=("+strings.Join(quoted, " ")+") COMP_CWORD=$((${#COMP_WORDS[@]}-1)) COMP_LINE='"+line+"' COMP_POINT="+
			"${#COMP_LINE}\n__start_gate\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n")
		cmd.Dir = t.TempDir()
		out, err := cmd.Output() // bash grumbles that no key was pressed
		var got []string
		for reply := range strings.Lines(string(out)) {
			got = append(got, strings.Fields(reply + " -")[0])
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", line, err, diff)
		}
	}
}
