package main

import (
	"bytes"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/lotus-lake/lotus-gate"

// only names, for a module that has one place in the gate, the packages that may
// import it.
var only = map[string][]string{
	"github.com/bmatcuk/doublestar":    {"validate/config"},
	"github.com/go-git/go-git":         {"validate/repo"},
	"github.com/hashicorp/hcl":         {"validate/parse/hcl"},
	"github.com/klauspost/compress":    {"validate/repo"},
	"github.com/open-policy-agent/opa": {"policy"},
	"github.com/spf13/cobra":           {"cmd/gate"},
	"github.com/zclconf/go-cty":        {"validate/parse/hcl"},
	module + "/test":                   nil,
}

// heavy are modules that no command-line tool needs: a hook starts too often to
// carry them.
var heavy = []string{"k8s.io/client-go", "sigs.k8s.io/controller-runtime"}

// TestBoundaries holds the packages to what docs/architecture.md says that they
// import: facts know nothing of verdicts, and one package a foreign module.
func TestBoundaries(t *testing.T) {
	imports := importsOf(t)
	for pkg, list := range imports {
		for _, imported := range list {
			for foreign, allowed := range only {
				if strings.HasPrefix(imported+"/", foreign+"/") && !slices.Contains(allowed, pkg) {
					t.Errorf("%s imports %s: only %q may", pkg, imported, allowed)
				}
			}
			if pkg == "policy" && strings.Contains(imported, ".") && !strings.HasPrefix(imported, "github.com/open-policy-agent/opa/") {
				t.Errorf("policy imports %s: it keeps to the standard library and OPA", imported)
			}
		}
	}
	for _, linked := range goList(t, "{{.ImportPath}}", "-deps", "./cmd/gate") {
		for _, m := range heavy {
			if strings.HasPrefix(linked+"/", m+"/") {
				t.Errorf("gate links %s", linked)
			}
		}
	}
	if diff := cmp.Diff(documented(t), ours(imports)); diff != "" {
		t.Errorf("the packages and their imports of ours are not those of docs/architecture.md (-documented +real):\n%s", diff)
	}
}

// importsOf lists what each of our packages imports, by its path in the module.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	for _, line := range goList(t, `{{.ImportPath}} {{join .Imports " "}}`, "./cmd/...", "./policy/...", "./validate/...") {
		pkg, list, _ := strings.Cut(line, " ")
		imports[strings.TrimPrefix(pkg, module+"/")] = strings.Fields(list)
	}
	return imports
}

// ours keeps, of all imports but those of commands, the last elements of our own
// packages.
func ours(imports map[string][]string) map[string][]string {
	kept := map[string][]string{}
	for pkg, list := range imports {
		if strings.HasPrefix(pkg, "cmd/") {
			continue
		}
		kept[pkg] = []string{}
		for _, imported := range list {
			if strings.HasPrefix(imported, module+"/") {
				kept[pkg] = append(kept[pkg], path.Base(imported))
			}
		}
		slices.Sort(kept[pkg])
	}
	return kept
}

// documented reads the table of packages in docs/architecture.md.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	_, text, _ := strings.Cut(read(t, filepath.Join(sourceDir, "..", "..", "docs", "architecture.md")), "\n## Packages\n")
	text, _, _ = strings.Cut(text, "\n## ")
	table := map[string][]string{}
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !strings.Contains(cells[1], "`") || strings.Contains(cells[1], "cmd/") {
			continue
		}
		list := []string{}
		if names := strings.TrimSpace(cells[3]); names != "none" {
			list = slices.Sorted(strings.SplitSeq(names, ", "))
		}
		table[strings.Trim(cells[1], " `")] = list
	}
	return table
}

// goList asks the go command, in the root of the module, for a line a package.
func goList(t *testing.T, format string, args ...string) []string {
	t.Helper()
	args = slices.Concat([]string{"list", "-f", format}, args)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = filepath.Join(sourceDir, "..", "..")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, said.Bytes())
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
