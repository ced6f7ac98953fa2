package charts

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbac "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// roles are the names that docs/operations.md has for what the chart grants.
var roles = map[string]string{"ClusterRole lotus-gate": "cluster", "ClusterRole lotus-gate-objects": "objects", "Role lotus-gate": "own"}

// TestPermissions: the table of docs/operations.md says exactly what the chart grants, with every option on, and which option each needs.
func TestPermissions(t *testing.T) {
	options := map[string][]string{
		"":                           nil,
		"`refresh.pokeSources`":      {"config.refresh.pokeSources=true"},
		"`refresh.removeRunnerPods`": {"config.refresh.removeRunnerPods=true"},
		"`source: cert-manager`":     {"certificates.source=cert-manager"},
		"`audit.enabled`":            {"config.audit.enabled=true"},
	}
	always := granted(decode(t, render(t, "--set", image)))
	var got []string
	for option, values := range options {
		args := []string{"--set", image}
		for _, value := range values {
			args = append(args, "--set", value)
		}
		for _, row := range granted(decode(t, render(t, args...))) {
			if option == "" || !slices.Contains(always, row) {
				got = append(got, row+" | "+option)
			}
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(permissionsOfDocs(t), got); diff != "" {
		t.Errorf("the table of docs/operations.md (-) and the chart (+) differ:\n%s", diff)
	}
}

// granted has a row for each rule: role | resources | names | verbs.
func granted(objects []runtime.Object) []string {
	var rows []string
	add := func(role string, rules []rbac.PolicyRule) {
		for _, rule := range rules {
			var resources []string
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					resources = append(resources, "`"+strings.TrimPrefix(group+"/"+resource, "/")+"`")
				}
			}
			var names []string
			for _, name := range rule.ResourceNames {
				names = append(names, "`"+name+"`")
			}
			rows = append(rows, strings.Join([]string{"`" + roles[role] + "`", strings.Join(resources, ", "), strings.Join(names, ", "), strings.Join(rule.Verbs, ", ")}, " | "))
		}
	}
	for _, role := range of[*rbac.ClusterRole](objects) {
		add("ClusterRole "+role.Name, role.Rules)
	}
	for _, role := range of[*rbac.Role](objects) {
		add("Role "+role.Name, role.Rules)
	}
	return rows
}

func permissionsOfDocs(t *testing.T) []string {
	t.Helper()
	_, section, _ := strings.Cut(read(t, "../docs/operations.md"), "\n## Permissions\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var rows []string
	for _, line := range regexp.MustCompile("(?m)^\\| `(?:cluster|objects|own)` \\|.*$").FindAllString(section, -1) {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) != 6 || cells[5] == "" {
			t.Errorf("%q does not say why", line)
			continue
		}
		rows = append(rows, strings.Join(cells[:5], " | "))
	}
	slices.Sort(rows)
	return rows
}

// TestLeastPrivilege: nothing is granted by wildcard, nobody can be given more rights or acted for, and what the process may change besides the objects it
// is there for is named.
func TestLeastPrivilege(t *testing.T) {
	objects := decode(t, render(t, "--values", "testdata/everything.values.yaml"))
	free := map[string]string{ // changes that are not limited to a name
		"daemonsets": "patch", "deployments": "patch", "statefulsets": "patch", "cronjobs": "patch", "terraforms": "patch", "gitrepositories": "patch",
		"pods": "delete", "events": "create patch", "secrets": "create", "leases": "create", "certificates": "create", "issuers": "create",
		"reports": "create", "policyreports": "create", "clusterreports": "create", "clusterpolicyreports": "create",
	}
	check := func(role string, rules []rbac.PolicyRule) {
		for _, rule := range rules {
			for _, word := range slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs) {
				if strings.Contains(word, "*") || slices.Contains([]string{"escalate", "bind", "impersonate", "deletecollection"}, word) {
					t.Errorf("%s grants %v", role, rule)
				}
			}
			for _, verb := range rule.Verbs {
				if slices.Contains([]string{"get", "list", "watch"}, verb) || len(rule.ResourceNames) > 0 {
					continue
				}
				for _, resource := range rule.Resources {
					if !slices.Contains(strings.Fields(free[resource]), verb) {
						t.Errorf("%s may %s any %s", role, verb, resource)
					}
				}
			}
			if role != "Role lotus-gate" && slices.Contains(rule.Resources, "secrets") && !slices.Equal(rule.Verbs, []string{"get", "list", "watch"}) {
				t.Errorf("%s may change Secrets: %v", role, rule.Verbs)
			}
		}
	}
	for _, role := range of[*rbac.ClusterRole](objects) {
		check("ClusterRole "+role.Name, role.Rules)
	}
	for _, role := range of[*rbac.Role](objects) {
		check("Role "+role.Name, role.Rules)
	}
	for _, binding := range slices.Concat(subjects(objects)...) {
		if binding.Kind != "ServiceAccount" || binding.Namespace != "lotus-gate" || binding.Name != "lotus-gate" {
			t.Errorf("somebody else is granted something: %v", binding)
		}
	}
}

func subjects(objects []runtime.Object) [][]rbac.Subject {
	var all [][]rbac.Subject
	for _, binding := range of[*rbac.ClusterRoleBinding](objects) {
		all = append(all, binding.Subjects)
	}
	for _, binding := range of[*rbac.RoleBinding](objects) {
		all = append(all, binding.Subjects)
	}
	return all
}
