package author

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/lotus-lake/lotus-gate/policy"
)

// namespaces looks for what is read of data and is not there: OPA takes a misspelt
// name for data that nobody has given, and the rule never fires.
func (a *audit) namespaces(file policy.Authored) {
	if file.Test && slices.Contains(a.set.Packages(), file.Package()) && !a.authored(file.Package()) {
		a.add(file.Path, file.Module.Package.Location.Row, "a test's package is that of the rule with _test",
			"package %s is a shipped rule's: tests of yours would be in its way", file.Package())
	}
	ast.WalkRefs(file.Module, func(ref ast.Ref) bool {
		if !ref.HasPrefix(ast.DefaultRootRef) {
			return false
		}
		path := dotted(ref)
		if path != "" && !a.there(path) {
			a.add(file.Path, ref[0].Location.Row, "import a package that is there, or give the data with --data",
				"data.%s is read, and there is no such package or data%s", path, a.near(path))
		}
		return false
	})
}

// there reports whether a path leads to or into a package, or to data.
func (a *audit) there(path string) bool {
	root, _, _ := strings.Cut(path, ".")
	if slices.Contains(policy.Reserved(), root) || slices.Contains(a.data, root) {
		return true
	}
	return slices.ContainsFunc(a.packages(), func(pkg string) bool {
		return pkg == path || strings.HasPrefix(pkg, path+".") || strings.HasPrefix(path, pkg+".")
	})
}

// packages are those of rules, helpers and tests.
func (a *audit) packages() []string {
	all := a.set.Packages()
	for _, file := range a.files {
		all = append(all, file.Package())
	}
	return all
}

func (a *audit) near(path string) string {
	parts := strings.SplitN(path, ".", 3)
	short := strings.Join(parts[:min(len(parts), 2)], ".")
	return policy.DidYouMean(short, a.set.Packages())
}

func (a *audit) authored(pkg string) bool {
	return slices.ContainsFunc(a.files, func(f policy.Authored) bool { return !f.Test && f.Package() == pkg })
}

// dotted is the beginning of a reference to data that is made of names.
func dotted(ref ast.Ref) string {
	var parts []string
	for _, term := range ref[1:] {
		name, ok := term.Value.(ast.String)
		if !ok {
			break
		}
		parts = append(parts, string(name))
	}
	return strings.Join(parts, ".")
}
