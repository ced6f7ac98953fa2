package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const furtherRule = `# METADATA
# title: Rule %[1]d
# description: One more rule of an author.
# custom:
#   severity: error
#   scope: document
#   when: tip
#   kinds: [manifest]
#   remediation: none
#   admission:
#     resources: [%[2]s]
#     operations: [CREATE, UPDATE]
package bench.rule_%[1]d

deny contains {"message": "too many"} if {
	input.object.spec.replicas > %[1]d
	not input.object.metadata.labels.allowed == "%[1]d"
}
`

// furtherRules writes a directory of rules as an author's, none of which concerns what is measured: half of them act on another
// resource, the other half on another version of the resource.
func furtherRules(dir string, n int) (string, error) {
	dir = filepath.Join(dir, "policies")
	for i := range n {
		resource := "core/v1/pods"
		if i%2 == 1 {
			resource = "infra.contrib.fluxcd.io/v1/terraforms"
		}
		at := filepath.Join(dir, "bench", fmt.Sprint("rule_", i))
		if err := os.MkdirAll(at, 0o700); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(at, "rule.rego"), fmt.Appendf(nil, furtherRule, i, resource), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}
