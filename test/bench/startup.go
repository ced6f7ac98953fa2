package main

import (
	"context"
	"os"
	"path/filepath"
)

// five is a repository of five files.
var five = map[string]string{
	"README.md":                               "# A lake\n",
	"orchestration/lib.py":                    "NAME = \"lake\"\n",
	"deploy/kustomization.yaml":               "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
	"orchestration/airbyte/terraform/main.tf": "terraform {\n  required_version = \">= 1.5\"\n}\n",
	"orchestration/dag/sources/shop/orders.json": `{
  "stream": "orders",
  "options": {"sync_modes": ["full_refresh"], "destination_sync_modes": ["overwrite"]},
  "defaults": {"primary_key": [["id"]], "cursor_field": []},
  "fields": {"id": {"type": "integer"}}
}
`,
}

// startup compares the smallest check with a process that only starts.
func startup(t tools) benchmark {
	const gate, opa = "gate check", "opa version"
	dir := repositoryDir(t.cache, "five")
	return benchmark{
		name:    "check of five files",
		prepare: func(ctx context.Context) error { return commitFiles(ctx, dir, five) },
		entries: []entry{
			plain(gate, process{dir: dir, args: []string{t.gate, "check"}}),
			plain(opa, process{dir: dir, args: []string{t.opa, "version"}}),
		},
		targets: []target{within(gate, opa, 3)},
	}
}

// commitFiles makes a repository of one commit with these files.
func commitFiles(ctx context.Context, dir string, files map[string]string) error {
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"add", "."},
		{"-c", "user.name=Lake", "-c", "user.email=lake@example.com", "commit", "-q", "--allow-empty", "-m", "The files"},
	} {
		if _, err := git(ctx, dir, nil, args...); err != nil {
			return err
		}
	}
	return nil
}
