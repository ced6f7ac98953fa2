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
	"github.com/ProtonMail/go-crypto":  {"validate/signature"},
	"github.com/bmatcuk/doublestar":    {"validate/config"},
	"github.com/go-git/go-git":         {"validate/repo"},
	"github.com/hashicorp/hcl":         {"validate/parse/hcl"},
	"github.com/klauspost/compress":    {"validate/repo"},
	"github.com/google/go-dap":         {"policy/debugger"},
	"github.com/open-policy-agent/opa": {"policy", "policy/author", "policy/bundle", "policy/debugger", "policy/inspect"},
	"github.com/openreports":           {"validate/patrol"},
	"github.com/spf13/cobra":           {"cmd/gate", "cmd/webhook"},
	"github.com/zclconf/go-cty":        {"validate/parse/hcl"},
	"golang.org/x/crypto":              {"validate/signature"},
	"oras.land/oras-go":                {"policy/remote"},
	module + "/test":                   nil,
}

// foreign are modules that a program does without. A hook starts too often to
// carry what a cluster needs: the gate links client-go for `gate audit`, through
// validate/kube, which was measured to cost a start nothing that can be told from
// noise; the typed clients, their schemes, informers and controller-runtime stay
// out. The webhook sees neither repositories nor HCL.
var foreign = map[string][]string{
	"./cmd/gate": {
		"sigs.k8s.io/controller-runtime", "k8s.io/client-go/kubernetes", "k8s.io/client-go/informers", "k8s.io/client-go/applyconfigurations",
		"k8s.io/client-go/tools/cache", "k8s.io/apiextensions-apiserver", "github.com/google/go-containerregistry",
	},
	"./cmd/webhook": {"github.com/go-git/go-git", "github.com/hashicorp/hcl", "github.com/google/go-containerregistry"},
}

// TestBoundaries holds the packages to what docs/architecture.md says that they
// import: facts know nothing of verdicts, and one package a foreign module.
func TestBoundaries(t *testing.T) {
	imports := importsOf(t)
	for pkg, list := range imports {
		for _, imported := range list {
			for name, allowed := range only {
				if strings.HasPrefix(imported+"/", name+"/") && !slices.Contains(allowed, pkg) {
					t.Errorf("%s imports %s: only %q may", pkg, imported, allowed)
				}
			}
			if pkg == "policy" && strings.Contains(imported, ".") && !strings.HasPrefix(imported, "github.com/open-policy-agent/opa/") {
				t.Errorf("policy imports %s: it keeps to the standard library and OPA", imported)
			}
		}
	}
	for program, modules := range foreign {
		for _, linked := range goList(t, "{{.ImportPath}}", "-deps", program) {
			for _, m := range modules {
				if strings.HasPrefix(linked+"/", m+"/") {
					t.Errorf("%s links %s", program, linked)
				}
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
	for _, line := range goList(t, `{{.ImportPath}} {{join .Imports " "}}`, "./cmd/...", "./policy/...", "./validate/...", "./mutate/...", "./serve/...", "./tofu") {
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
