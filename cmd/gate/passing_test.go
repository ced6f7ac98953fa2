package main

import (
	"crypto/sha512"
	"fmt"
	"strings"
	"testing"
)

// harmless are files that name state, look like it or show some of it, and must
// pass: whoever is refused for nothing switches the gate off.
func harmless() map[string]string {
	digest := sha512.Sum512([]byte("x"))
	sealed := "ENC[AES256_GCM,data:" + base64Of("0123456789012345678901234567890123456789") + ",iv:aaaa,tag:bbbb,type:str]"
	return map[string]string{
		".gitignore":                "*.tfstate\n*.tfstate.*\n.terraform/\n*.tfvars\ntfplan\ncrash*.log\n",
		".terraform.lock.hcl":       "provider \"registry.example/airbyte\" {\n  version = \"1.2.3\"\n  hashes = [\"h1:" + base64Of(string(digest[:32])) + "\"]\n}\n",
		"infra/.terraform.lock.hcl": "provider \"registry.example/airbyte\" {\n  version = \"1.2.3\"\n}\n",
		"prod.tfvars.example":       "password = \"change me\"\n",
		"docs/state.md": "# State\n\nIt is in the Secret `tfstate-default-lake`, key `tfstate`; never commit terraform.tfstate. It begins\n\n```json\n" +
			"{\n  \"version\": 4,\n  \"serial\": 3,\n  \"lineage\": \"5c1b\",\n  \"resources\": [\n    ...\n  ]\n}\n```\n",
		".github/workflows/check.yaml": "on: push\njobs:\n  check:\n    steps:\n    - run: |\n        if git ls-files | grep -E '\\.tfstate(\\.backup)?$'; then exit 1; fi\n" +
			"        terraform fmt -check && terraform init -backend=false && terraform validate\n",
		"ci/state.sh":       "#!/bin/sh\nkubectl get secret tfstate-default-lake -o jsonpath='{.data.tfstate}' | base64 -d | gunzip | jq '{version, serial, lineage}'\n",
		"zone.json":         `{"version": 4, "serial": 2026112201, "resources": []}`,
		"package-lock.json": `{"name":"x","version":"4.0.0","lockfileVersion":3,"packages":{"":{"version":"4.0.0","integrity":"sha512-` + base64Of(string(digest[:])) + `"}}}`,
		"versions.json":     `{"terraform_version":"1.11.4","platform":"linux_amd64","provider_selections":{}}`,
		"secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: tfstate-default-lake\ndata:\n  tfstate: " + sealed +
			"\nsops:\n  mac: " + sealed + "\n  lastmodified: \"2026-05-01T00:00:00Z\"\n  version: 3.9.0\n  age:\n  - recipient: age1x\n    enc: x\n",
		"sealed.json":   `{"version":"` + sealed + `","serial":"` + sealed + `","lineage":"` + sealed + `","sops":{"mac":"` + sealed + `","version":"3.9.0"}}`,
		"source.tgz":    gzipped(tarred(member{"main.tf", "terraform {}\n"}, member{"prod.tfvars.example", "x"})),
		"tfplan/doc.go": "// Package tfplan reads *.tfplan files.\npackage tfplan\n",
		"logo.html":     `<img src="data:image/png;base64,` + base64Of("\x89PNG\r\n\x1a\n"+strings.Repeat(string(digest[:]), 20)) + `">`,
		"deploy/rbac.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x, namespace: y}\nrules:\n" +
			"- {apiGroups: [\"\"], resources: [secrets], resourceNames: [tfstate-default-lake], verbs: [get]}\n",
		"media/logo": "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
	}
}

// TestPushOfHarmlessContent pushes them all, and then what else must pass: taking
// state away, and work beside state that was there before.
func TestPushOfHarmlessContent(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	for path, content := range harmless() {
		g.write(t, path, content)
	}
	g.commit(t)
	g.passes(t, "harmless files", "main")

	g.unguarded(t, func() {
		g.write(t, "terraform.tfstate", stateV4)
		g.write(t, "secret2.yaml", plaintextSecret)
		g.commit(t)
		g.git(t, "push", "-q", "origin", "main")
	})
	g.git(t, "branch", "old")
	g.write(t, "README.md", "Better.\n")
	g.commit(t)
	g.passes(t, "work beside state of old", "main")
	g.passes(t, "a new branch with state of old", "main:refs/heads/topic")
	g.passes(t, "a tag on state of old", "old:refs/tags/v1")
	g.git(t, "rm", "-q", "terraform.tfstate", "secret2.yaml")
	g.commit(t)
	g.passes(t, "taking it away", "main")

	// A branch that was begun before that, and is merged.
	g.git(t, "checkout", "-q", "old")
	g.write(t, "side.txt", "x")
	g.commit(t)
	g.passes(t, "a branch begun before that", "old")
	g.git(t, "checkout", "-q", "main")
	g.git(t, "merge", "-q", "old")
	g.passes(t, "its merge", "main")
	g.passes(t, "deleting it", ":old")
}

// TestPushOfSubmodule: what is in another repository cannot be judged; it is
// told and does not refuse.
func TestPushOfSubmodule(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.git(t, "update-index", "--add", "--cacheinfo", "160000,"+g.git(t, "rev-parse", "HEAD")+",vendor/lib")
	g.git(t, "commit", "-q", "-m", "A submodule")
	v := g.passes(t, "a submodule", "HEAD:main")
	want := fmt.Sprintf("  vendor/lib: submodule at %s: another repository's content (commit %s)\n", g.git(t, "rev-parse", "HEAD:vendor/lib"), g.short(t, "HEAD"))
	if !strings.Contains(v.message, want) {
		t.Errorf("want %sin\n%s", want, v.message)
	}
}

// passes fails the test unless a push is accepted.
func (g *guarded) passes(t *testing.T, what string, refs ...string) verdictOf {
	t.Helper()
	v := g.push(t, refs...)
	if !v.accepted {
		t.Errorf("%s: refused:\n%s", what, v.message)
	}
	return v
}
