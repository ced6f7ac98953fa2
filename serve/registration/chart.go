package registration

import (
	"fmt"
	"net/url"

	"sigs.k8s.io/yaml"

	"github.com/lotus-lake/lotus-gate/policy"
)

// ReleaseNamespace stands in the chart's files for the namespace of the release.
const ReleaseNamespace = "RELEASE_NAMESPACE"

const header = `# Generated from the rules' METADATA by ` + "`make generate`" + `; a test fails when it is stale. The template adds namespaceSelector and failurePolicy
# (entries that say Fail see all namespaces but the release's own), puts the release's namespace for ` + ReleaseNamespace + `, and completes clientConfig.
`

// ChartFiles are the entries as the chart's templates read them, by file name:
// without what only an installation knows.
func ChartFiles(rules []policy.Rule) (map[string][]byte, error) {
	v, m, err := Generate(rules, Options{URL: "https://chart", User: "system:serviceaccount:" + ReleaseNamespace + ":lotus-gate"})
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, object := range map[string]any{"validating.yaml": v, "mutating.yaml": m} {
		text, err := chartFile(object)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = text
	}
	return files, nil
}

func chartFile(configuration any) ([]byte, error) {
	text, err := yaml.Marshal(configuration)
	if err != nil {
		return nil, err
	}
	var content struct {
		Webhooks []map[string]any `json:"webhooks"`
	}
	if err := yaml.Unmarshal(text, &content); err != nil {
		return nil, err
	}
	for _, webhook := range content.Webhooks {
		delete(webhook, "namespaceSelector")
		delete(webhook, "timeoutSeconds")
		client, _ := webhook["clientConfig"].(map[string]any)
		at, _ := client["url"].(string)
		target, err := url.Parse(at)
		if err != nil {
			return nil, err
		}
		webhook["clientConfig"] = map[string]any{"service": map[string]any{"path": target.Path}}
	}
	text, err = yaml.Marshal(content)
	return append([]byte(header), text...), err
}
