package charts

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// TestSchemaRefuses: a wrong value stops helm before anything reaches the cluster, and helm names the value.
func TestSchemaRefuses(t *testing.T) {
	for value, says := range map[string]string{
		"replica=3":                                                   "additional properties 'replica' not allowed",
		"image.name=x":                                                "/image",
		"image.digest=latest":                                         "/image/digest",
		"replicas=two":                                                "/replicas",
		"webhooks.timeoutSeconds=10":                                  "/webhooks/timeoutSeconds",
		"webhooks.timeoutSeconds=0":                                   "/webhooks/timeoutSeconds",
		"webhooks.failurePolicy.other=fail":                           "/webhooks/failurePolicy/other",
		"webhooks.failurePolicy.state=Fail":                           "/webhooks/failurePolicy",
		"certificates.source=vault":                                   "/certificates/source",
		"certificates.source=files":                                   "/certificates/files/",
		"certificates.files.caBundle=LS0t":                            "/certificates/files",
		"namespaces={Prod}":                                           "/namespaces/0",
		"namespaces={a,a}":                                            "/namespaces",
		"excludeNamespaces=kube-system":                               "/excludeNamespaces",
		"goMemoryLimit=1Gi":                                           "/goMemoryLimit",
		"podDisruptionBudget.maxUnavailable=0":                        "/podDisruptionBudget/maxUnavailable",
		"networkPolicy.apiServerPorts={}":                             "/networkPolicy/apiServerPorts",
		"networkPolicy.apiServerCIDRs={10.0.0.1}":                     "/networkPolicy/apiServerCIDRs/0",
		"drain.delaySeconds=-1":                                       "/drain/delaySeconds",
		"logLevel=verbose":                                            "/logLevel",
		"tracing.sampleRatio=2":                                       "/tracing/sampleRatio",
		"extraArgs={kubeconfig}":                                      "/extraArgs/0",
		"config.secrethash.mode=enabled":                              "/config",
		"config.secretHash.mode=on":                                   "/config/secretHash/mode",
		"config.secretHash.quietWindow=2":                             "/config/secretHash/quietWindow",
		"config.secretHash.budget=-1":                                 "/config/secretHash/budget",
		"config.secretHash.breaker.change=3":                          "/config/secretHash/breaker",
		"config.refresh.pokeSources=sometimes":                        "/config/refresh/pokeSources",
		"config.audit.enabled=sometimes":                              "/config/audit/enabled",
		"config.audit.maxResults=501":                                 "/config/audit/maxResults",
		"audit.resources={services}":                                  "/audit/resources/0",
		"config.rules.slow_retry.action=warn":                         "does not match pattern",
		"config.rules.manifest/slow_retry.action=no":                  "/config/rules/manifest~1slow_retry/action",
		"config.rules.manifest/slow_retry.action[0].stage=no":         "/config/rules/manifest~1slow_retry/action",
		"config.rules.manifest/slow_retry.action[0].until=2026-12-31": "/config/rules/manifest~1slow_retry/action",
		"config.rules.manifest/slow_retry.namespaces[0].names[0]=a":   "/config/rules/manifest~1slow_retry/namespaces/0",
		"config.policies.bundles[0].name=house":                       "/config/policies/bundles/0",
		"config.policies.keys[0].key=x":                               "/config/policies/keys/0",
		"config.policies.allowBuiltins={http}":                        "/config/policies/allowBuiltins/0",
		"bundles.pullSecrets={x}":                                     "/bundles",
	} {
		t.Run(value, func(t *testing.T) {
			_, errs, err := helm(t, "template", chart, "--set", image, "--set", value)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(strings.ReplaceAll(errs, "~1", "/"), strings.ReplaceAll(says, "~1", "/")) {
				t.Errorf("helm says\n%s\nwhich does not name %q", errs, says)
			}
		})
	}
}

func TestImageIsRequired(t *testing.T) {
	_, errs, err := helm(t, "template", chart)
	if err == nil || !strings.Contains(errs, "image.repository is required") {
		t.Errorf("err %v: %s", err, errs)
	}
}

// TestConfigurationOfDocs: the schema takes what docs/cluster.md shows, and knows no key that it does not show.
func TestConfigurationOfDocs(t *testing.T) {
	shown := configurationOfDocs(t)
	values, err := yaml.Marshal(map[string]any{"config": shown})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(file, values, 0o600); err != nil {
		t.Fatal(err)
	}
	render(t, "--set", image, "--values", file)

	raw, err := os.ReadFile(filepath.Join(chart, "values.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := yaml.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	config := schema["properties"].(map[string]any)["config"].(map[string]any)
	if diff := cmp.Diff(keysOf("", shown), schemaKeys("", config)); diff != "" {
		t.Errorf("keys of docs/cluster.md (-) and of the schema (+) differ:\n%s", diff)
	}
}

func configurationOfDocs(t *testing.T) map[string]any {
	t.Helper()
	page, err := os.ReadFile("../docs/cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)## Configuration\n.*?```yaml\n(.*?)```").FindSubmatch(page)
	if block == nil {
		t.Fatal("docs/cluster.md has no configuration")
	}
	var shown map[string]any
	if err := yaml.Unmarshal(block[1], &shown); err != nil {
		t.Fatal(err)
	}
	return shown
}

// keysOf lists the keys of the shown configuration, without those of a rule's own parameters and of stages.
func keysOf(path string, shown map[string]any) map[string]bool {
	keys := map[string]bool{}
	for key, value := range shown {
		at := path + "/" + key
		if path == "/rules" {
			at = path + "/*"
		}
		keys[at] = true
		if list, ok := value.([]any); ok && len(list) > 0 {
			value = list[0]
		}
		if nested, ok := value.(map[string]any); ok && key != "parameters" && key != "action" {
			for k := range keysOf(at, nested) {
				keys[k] = true
			}
		}
	}
	return keys
}

// schemaKeys lists the keys that a schema allows.
func schemaKeys(path string, schema map[string]any) map[string]bool {
	keys := map[string]bool{}
	properties, _ := schema["properties"].(map[string]any)
	named := map[string]any{}
	for key, value := range properties {
		named[key] = value
	}
	if rest, ok := schema["additionalProperties"].(map[string]any); ok {
		named["*"] = rest
	}
	for key, value := range named {
		at := path + "/" + key
		keys[at] = true
		nested := value.(map[string]any)
		if items, ok := nested["items"].(map[string]any); ok {
			nested = items
		}
		for k := range schemaKeys(at, nested) {
			keys[k] = true
		}
	}
	return keys
}
