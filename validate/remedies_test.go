package validate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/policy/rules"
)

// clusterRemedy is a request that a rule refuses or warns of, and what follows its
// printed remedy.
type clusterRemedy struct {
	request []string // kubectl and its arguments
	stdin   string
	do      func(t *testing.T, a *advised)
	again   []string // the request that passes in the end; nil: the same
	stdin2  string
}

// advised is a user who was told a remedy.
type advised struct {
	*real
	remedy string
	ran    map[string]bool
	env    []string
}

// testRemedies does what the user of a cluster does who has nothing but the answer:
// for each rule on requests, a request that is refused or warned of, then the
// commands and edits of the printed remedy, and the request passes without a word.
// A rule without a case fails, and so does a command that no case runs.
func (r *real) testRemedies(t *testing.T) {
	set, err := policy.Load(rules.FS, nil)
	if err != nil {
		t.Fatal(err)
	}
	cases := r.remedyCases(t)
	for _, rule := range set.Rules() {
		if rule.Scope != "request" {
			continue
		}
		t.Run(rule.ID, func(t *testing.T) {
			c, ok := cases[rule.ID]
			if !ok {
				t.Fatal("nobody follows the remedy of this rule: add a case")
			}
			a := &advised{real: r, ran: map[string]bool{}, env: r.shellEnv(t)}
			a.remedy = a.told(t, rule.ID, c.request, c.stdin)
			c.do(t, a)
			if c.again == nil {
				c.again = c.request
			}
			out, err := a.kubectlAs(c.stdin2, c.again)
			if err != nil || strings.Contains(out, rule.ID) {
				t.Errorf("after the remedy: %v\n%s", err, out)
			}
			for _, command := range quotedIn(a.remedy) {
				if strings.HasPrefix(command, "kubectl ") && !a.ran[command] {
					t.Errorf("the remedy prints `%s`, and the case does not run it", command)
				}
			}
		})
	}
}

func (r *real) remedyCases(t *testing.T) map[string]clusterRemedy {
	alice := r.clientFor(t, "alice", "developers")
	runner := r.clientFor(t, runner, "developers")
	for name, state := range map[string]string{
		"tfstate-default-lake":  `{"version": 4, "resources": []}`,
		"tfstate-default-leave": `{"version": 4, "resources": [{"mode": "managed", "type": "airbyte_source", "name": "shopify", "instances": [{}]}]}`,
	} {
		err := runner.Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "lotus-lake", Labels: map[string]string{"tfstate": "true"}}, Data: map[string][]byte{"tfstate": gzipped(t, state)},
		})
		if err != nil && !strings.Contains(err.Error(), "already exists") {
			t.Fatal(err)
		}
	}
	if err := alice.Create(t.Context(), terraformObject("leave", map[string]any{"planOnly": true, "destroyResourcesOnDeletion": false})); err != nil {
		t.Fatal(err)
	}
	const annotate = `kubectl annotate terraform -n <namespace> <name> reconcile.fluxcd.io/requestedAt=$(date +%s) --overwrite`
	shared := terraformObject("sharing", map[string]any{"backendConfig": map[string]any{"secretSuffix": "lake", "inClusterConfig": true}})
	own := terraformObject("sharing", map[string]any{"backendConfig": map[string]any{"inClusterConfig": true}})
	needing := terraformObject("needing", map[string]any{"varsFrom": []any{map[string]any{"kind": "Secret", "name": "airbyte-vars", "varsKeys": []any{"password"}}}})
	return map[string]clusterRemedy{
		"state/protected": {
			request: []string{"delete", "secret", "tfstate-default-lake"},
			do:      func(t *testing.T, a *advised) { a.run(t, annotate, "name", "lake") },
			again:   []string{"get", "terraform", "lake", "-o", `jsonpath={.metadata.annotations.reconcile\.fluxcd\.io/requestedAt}`},
		},
		"state/orphans": {
			request: []string{"delete", "terraform", "leave", "--dry-run=server"},
			do: func(t *testing.T, a *advised) {
				if kept := a.run(t, "kubectl get secret -n <namespace> tfstate-<workspace>-<suffix> -o yaml", "workspace", "default", "suffix", "leave"); !strings.Contains(kept, "tfstate: H4sI") {
					t.Errorf("that does not keep the state:\n%s", kept)
				}
				a.run(t, `kubectl patch terraform -n <namespace> <name> --type merge -p 'spec: {destroyResourcesOnDeletion: true}'`, "name", "leave")
			},
		},
		"state/shared": {
			request: []string{"create", "-f", "-"}, stdin: asYAML(t, shared),
			do:     func(t *testing.T, a *advised) { a.saying(t, "delete `secretSuffix` under `spec.backendConfig`") },
			stdin2: asYAML(t, own),
		},
		"terraform_object/missing_reference": {
			request: []string{"create", "-f", "-"}, stdin: asYAML(t, needing),
			do: func(t *testing.T, a *advised) {
				a.saying(t, "create what is missing")
				for _, what := range []string{"generic airbyte-vars --from-literal=password=not-a-real-one"} {
					if out, err := a.kubectlAs("", append([]string{"create", "secret"}, strings.Fields(what)...)); err != nil {
						t.Fatal(out)
					}
				}
				source := "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: lake, namespace: lotus-lake}\nspec: {interval: 1m, url: https://git.example.com/lake}\n"
				if out, err := a.kubectlAs(source, []string{"create", "-f", "-"}); err != nil {
					t.Fatal(out)
				}
				a.run(t, annotate, "name", "needing")
			},
			again: []string{"replace", "--force", "-f", "-"}, stdin2: asYAML(t, needing),
		},
	}
}

var quotes = regexp.MustCompile("`([^`]+)`")

func quotedIn(remedy string) []string {
	var list []string
	for _, found := range quotes.FindAllStringSubmatch(remedy, -1) {
		list = append(list, found[1])
	}
	return list
}

// told makes the request, and gives the remedy that the answer prints: of a refusal
// behind "Fix: ", of a warning behind "fix: ".
func (a *advised) told(t *testing.T, rule string, request []string, stdin string) string {
	t.Helper()
	out, _ := a.kubectlAs(stdin, request)
	for _, shape := range []string{
		`(?s)` + rule + `: [^\n]*?\. Fix: (.*?)\. More: `,
		`Warning: ` + rule + `: fix: ([^\n]*)`,
	} {
		if found := regexp.MustCompile(shape).FindStringSubmatch(out); found != nil {
			return found[1]
		}
	}
	t.Fatalf("no remedy of %s in:\n%s", rule, out)
	return ""
}

func (a *advised) saying(t *testing.T, words string) {
	t.Helper()
	if !strings.Contains(a.remedy, words) {
		t.Fatalf("the remedy does not say %q: %s", words, a.remedy)
	}
}

// run runs a command of the remedy, its placeholders filled.
func (a *advised) run(t *testing.T, command string, values ...string) string {
	t.Helper()
	a.saying(t, "`"+command+"`")
	a.ran[command] = true
	pairs := []string{"<namespace>", "lotus-lake"}
	for i := 0; i < len(values); i += 2 {
		pairs = append(pairs, "<"+values[i]+">", values[i+1])
	}
	line := strings.NewReplacer(pairs...).Replace(command)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Env = a.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

// kubectlAs runs kubectl as alice, with the words of a request.
func (a *advised) kubectlAs(stdin string, words []string) (string, error) {
	cmd := exec.Command("kubectl", append([]string{"-n", "lotus-lake"}, words...)...)
	cmd.Path, cmd.Stdin, cmd.Env = kubectlFile(), strings.NewReader(stdin), a.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func kubectlFile() string {
	file, _ := filepath.Abs("../.cache/controlplane/bin/kubectl")
	return file
}

// shellEnv is alice's environment, with kubectl on the PATH.
func (r *real) shellEnv(t *testing.T) []string {
	t.Helper()
	config, err := r.KubeconfigFor("alice", "developers")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Dir(kubectlFile()) + string(os.PathListSeparator) + os.Getenv("PATH")
	return append(os.Environ(), "KUBECONFIG="+config, "HOME="+t.TempDir(), "PATH="+path)
}

func asYAML(t *testing.T, object *unstructured.Unstructured) string {
	t.Helper()
	text, err := yaml.Marshal(object.Object)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
