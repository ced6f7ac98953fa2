package author

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/lotus-lake/lotus-gate/policy"
)

// unread looks for rules and packages that nothing reads. The gate reads deny, and
// what deny needs.
func (a *audit) unread() {
	read := a.packagesRead()
	for _, file := range a.files {
		at := file.Module.Package.Location.Row
		switch {
		case file.Test:
			tests := slices.ContainsFunc(file.Module.Rules, func(r *ast.Rule) bool {
				return strings.HasPrefix(ruleName(r), "test_") || strings.HasPrefix(ruleName(r), "todo_test_")
			})
			if !tests && !read[file.Package()] {
				a.add(file.Path, at, "names of tests begin with test_", "it holds no test, and nothing reads it")
			}
		case file.Library():
			if !read[file.Package()] {
				a.add(file.Path, at, "import it, or remove it", "package %s is read by nothing", file.Package())
			}
		default:
			a.unreadRules(file)
		}
	}
}

// packagesRead are the packages that some other file imports or refers to.
func (a *audit) packagesRead() map[string]bool {
	read := map[string]bool{}
	for _, file := range a.files {
		ast.WalkRefs(file.Module, func(ref ast.Ref) bool {
			if !ref.HasPrefix(ast.DefaultRootRef) {
				return false
			}
			for _, pkg := range a.packages() {
				path := dotted(ref)
				if pkg != file.Package() && (path == pkg || strings.HasPrefix(path, pkg+".") || path != "" && strings.HasPrefix(pkg, path+".")) {
					read[pkg] = true
				}
			}
			return false
		})
	}
	return read
}

// conftest are names that other gates read.
var conftest = []string{"warn", "violation", "allow", "exception"}

// unreadRules walks from deny through what each rule names.
func (a *audit) unreadRules(file policy.Authored) {
	names := map[string][]string{} // what the rules of a name name
	for _, rule := range file.Module.Rules {
		name := ruleName(rule)
		for r := rule; r != nil; r = r.Else {
			ast.WalkVars(r, func(v ast.Var) bool {
				names[name] = append(names[name], string(v))
				return false
			})
		}
	}
	read := map[string]bool{}
	for queue := append([]string{"deny"}, a.readElsewhere(file)...); len(queue) > 0; queue = queue[1:] {
		if name := queue[0]; !read[name] {
			read[name] = true
			queue = append(queue, names[name]...)
		}
	}
	for _, rule := range file.Module.Rules {
		name := ruleName(rule)
		if read[name] {
			continue
		}
		read[name] = true // told once
		if slices.Contains(conftest, name) {
			a.add(file.Path, rule.Location.Row, "write `deny contains …`, and set custom.severity in METADATA", "the gate reads deny and never %s", name)
		} else {
			a.add(file.Path, rule.Location.Row, "use it in deny, or remove it", "rule %s is read by nothing that deny needs", name)
		}
	}
}

// readElsewhere are the rules of a file that files other than tests refer to.
func (a *audit) readElsewhere(file policy.Authored) []string {
	var names []string
	prefix := file.Package() + "."
	for _, other := range a.files {
		if other.Test {
			continue
		}
		ast.WalkRefs(other.Module, func(ref ast.Ref) bool {
			if rest, ok := strings.CutPrefix(dotted(ref)+".", prefix); ok && ref.HasPrefix(ast.DefaultRootRef) {
				if rest == "" && other.Package() != file.Package() { // under which name its rules are used then cannot be told
					for _, rule := range file.Module.Rules {
						names = append(names, ruleName(rule))
					}
				}
				name, _, _ := strings.Cut(rest, ".")
				names = append(names, name)
			}
			return false
		})
	}
	return names
}

func ruleName(rule *ast.Rule) string {
	switch v := rule.Head.Ref()[0].Value.(type) {
	case ast.Var:
		return string(v)
	case ast.String:
		return string(v)
	}
	return ""
}
