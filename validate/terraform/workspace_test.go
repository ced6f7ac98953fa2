package terraform

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

func manifests(t *testing.T, path, source string) []Manifest {
	t.Helper()
	found, err := parse.Manifests([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	var all []Manifest
	for _, m := range found {
		all = append(all, Manifest{Path: path, Manifest: m})
	}
	return all
}

func TestWorkspace(t *testing.T) {
	module := build(tree{root + "/main.tf": "resource \"t\" \"a\" {}\ndata \"t\" \"b\" {}\nterraform {\n  backend \"local\" { path = \"x\" }\n}"})
	got := BuildWorkspace([]*Module{module}, manifests(t, "deploy/all.yaml", `apiVersion: infra.contrib.fluxcd.io/v1alpha2
kind: Terraform
metadata: {name: airbyte, namespace: lotus-lake}
spec: {path: ./x}
---
apiVersion: infra.contrib.fluxcd.io/v1alpha1
kind: Terraform
metadata: {name: other}
spec: {workspace: prod, backendConfig: {secretSuffix: airbyte}}
---
apiVersion: infra.contrib.fluxcd.io/v1alpha2
kind: Terraform
metadata: {name: s3}
spec: {backendConfig: {customConfiguration: "backend \"s3\" {}"}}
---
apiVersion: infra.contrib.fluxcd.io/v1alpha2
kind: Terraform
metadata: {name: none}
spec: {backendConfig: {disable: true}}
---
apiVersion: example.org/v1
kind: Terraform
metadata: {name: not-ours}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: dagster, namespace: lotus-lake}
spec:
  targetNamespace: data
  values:
    deployments:
    - env:
      - name: DAGSTER_PG_PASSWORD
        valueFrom: {secretKeyRef: {name: db, key: password}}
      - {name: PLAIN, value: x}
      envFrom:
      - secretRef: {name: all}
    envMap:
      API_SECRET: {valueFrom: {secretKeyRef: {name: vars, key: api}}}
      DIRECT: {secretKeyRef: {name: vars, key: direct}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: k}}}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}
`))
	where := func(line, column int) Position { return Position{"deploy/all.yaml", line, column} }
	want := &Workspace{
		Modules: []WorkspaceModule{{
			Path: root, Addresses: []Declared{{"data.t.b", at(2, 1)}, {"t.a", at(1, 1)}}, Backend: &Backend{Type: "local", At: at(4, 3)},
		}},
		TerraformObjects: []TerraformObject{
			{Namespace: "lotus-lake", Name: "airbyte", Workspace: "default", Suffix: "airbyte", Backend: "secret", At: where(1, 1)},
			{Name: "other", Workspace: "prod", Suffix: "airbyte", Backend: "secret", At: where(6, 1)},
			{Name: "s3", Workspace: "default", Suffix: "s3", Backend: "custom", At: where(11, 1)},
			{Name: "none", Workspace: "default", Suffix: "none", Backend: "disabled", At: where(16, 1)},
		},
		SecretUses: []SecretUse{
			{Namespace: "data", Secret: "db", Key: "password", Variable: "DAGSTER_PG_PASSWORD", Object: "HelmRelease lotus-lake/dagster", At: where(33, 9)},
			{Namespace: "data", Secret: "vars", Key: "api", Variable: "API_SECRET", Object: "HelmRelease lotus-lake/dagster", At: where(39, 7)},
			{Namespace: "data", Secret: "vars", Key: "direct", Variable: "DIRECT", Object: "HelmRelease lotus-lake/dagster", At: where(40, 7)},
			{Secret: "s", Key: "k", Variable: "B", Object: "Pod p", At: where(45, 88)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
