package report

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
)

// mended is a report with one step of each word.
func mended() Report {
	finding := func(message string, steps ...policy.Step) policy.Finding {
		return policy.Finding{Rule: "audit/orphan", Severity: policy.Error, Path: "airbyte/connections/c-1", Message: message, Remedy: "mend it", Steps: steps}
	}
	return Report{
		Findings: []policy.Finding{
			finding("a source", policy.Step{Do: "delete", Args: []string{"source", "s-1"}}),
			finding("a destination", policy.Step{Do: "delete", Args: []string{"destination", "d-1"}}),
			finding("a connection", policy.Step{Do: "delete", Args: []string{"connection", "c-1"}}),
			finding("the same connection", policy.Step{Do: "delete", Args: []string{"connection", "c-1"}}),
			finding("a file", policy.Step{Do: "remove_file", Args: []string{"terraform/terraform.tfstate"}}),
			finding("an import", policy.Step{Do: "import", Args: []string{"terraform", "airbyte_source.a", `x"${y}`}}),
			finding("a backfill", policy.Step{Do: "backfill_off", Args: []string{"streams/shopify/orders.json"}}),
			finding("gave up", policy.Step{Do: "retry", Args: []string{"lake", "airbyte"}}),
			finding("stuck", policy.Step{Do: "reconcile", Args: []string{"Terraform", "lake", "airbyte"}}, policy.Step{Do: "reconcile", Args: []string{"GitRepository", "flux-system", "lake"}}),
			finding("old pods", policy.Step{Do: "restart", Args: []string{"Deployment", "lake", "cube"}}),
			finding("a note", policy.Step{Do: "note", Args: []string{"decide"}}),
			finding("an author's word", policy.Step{Do: "dance", Args: []string{"a", "b"}}),
			{Rule: "audit/duplicate_name", Severity: policy.Error, Path: "x", Message: "mended by others", Steps: []policy.Step{}},
			{Rule: "audit/custom", Severity: policy.Warning, Path: "terraforms/a/b", Message: "nothing to run", Remedy: "think"},
			{Rule: "audit/orphan", Severity: policy.Error, Path: "x", Message: "waived", Waived: true, Steps: []policy.Step{{Do: "delete", Args: []string{"connection", "kept"}}}},
		},
		Undecided: []string{"the state in Secret a/b cannot be audited"},
		Script:    Script{AirbyteURL: "http://127.0.0.1:8001", Kubeconfig: "/home/ada/kube config", Context: "lake"},
		Resources: []Resource{
			{Name: "airbyte_source.shopify", Git: "terraform/sources.tf:1", State: "s-1", Airbyte: "s-1", Held: [3]Held{Present, Present, Present}},
			{Name: "airbyte_source.alone", Git: "terraform/sources.tf:9", Held: [3]Held{Present}, Place: "terraform/sources.tf", Line: 9},
			{Name: "(connection) Shopify → \u202eLake", Airbyte: "c-1 active", Place: "airbyte/connections/c-1"},
		},
	}
}

func TestGoldenAudit(t *testing.T) {
	for name, format := range map[string]string{"mended.script": "script", "mended.resources": "resources"} {
		got := write(t, format, mended(), Options{})
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got; -update writes the file)\n%s", name, diff)
		}
	}
}

// hostile are names that try to become commands, options or another line.
var hostile = []string{
	`$(touch canary)`, "`touch canary`", `'; touch canary; '`, `"; touch canary; "`, "a\ntouch canary", `\'; touch canary #`, "--help", "-n kube-system", "a b", "*", "~",
	"\x1b[2J", "\u202etouch", "IMPORT\ntouch canary\n", `${IFS}touch${IFS}canary`, "a\x00b", "../../etc/passwd", "/etc/passwd", `x"}' ; touch canary; '`, "ünïcödé-↯", "\xff\xfe",
}

// TestHostileScript runs scripts with hostile names: nothing but the stand-ins of curl, kubectl, git is run, each with whole words.
func TestHostileScript(t *testing.T) {
	for _, name := range hostile {
		dir := t.TempDir()
		for _, program := range []string{"curl", "kubectl", "git"} {
			if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\nfor word; do printf '%s|' \"$word\"; done >> \"$LOG\"\necho >> \"$LOG\"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		var steps []policy.Step
		for do, count := range map[string]int{"delete": 2, "remove_file": 1, "import": 3, "backfill_off": 1, "retry": 2, "reconcile": 3, "restart": 3, "note": 1, "other": 2} {
			for at := range count {
				args := []string{"connection", "b", "c"}[:count]
				if do == "reconcile" || do == "restart" {
					args = []string{map[string]string{"reconcile": "Terraform", "restart": "Deployment"}[do], "b", "c"}
				}
				args = append([]string(nil), args...)
				args[at] = name
				steps = append(steps, policy.Step{Do: do, Args: args})
			}
		}
		r := Report{Findings: []policy.Finding{{Rule: name, Severity: policy.Error, Path: name, Message: name, Remedy: name, Steps: steps}}, Script: Script{AirbyteURL: "http://x/" + name, Kubeconfig: name, Context: name}}
		if strings.ContainsAny(name, "\x00") {
			r.Script = Script{AirbyteURL: "http://x"}
		}
		work := filepath.Join(dir, "work")
		if err := os.MkdirAll(filepath.Join(work, "connection"), 0o755); err != nil {
			t.Fatal(err)
		}
		text := write(t, "script", r, Options{})
		log := filepath.Join(dir, "log")
		cmd := exec.CommandContext(t.Context(), "sh")
		cmd.Dir, cmd.Stdin, cmd.Env = work, strings.NewReader(strings.Replace(text, "set -eu", "set -u", 1)), []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "LOG=" + log}
		_ = cmd.Run() // files that are not there
		for _, canary := range []string{filepath.Join(work, "canary"), filepath.Join(dir, "canary"), filepath.Join(work, "connection", "canary")} {
			if _, err := os.Stat(canary); err == nil {
				t.Errorf("%q was run:\n%s", name, text)
			}
		}
		for line := range strings.Lines(text) {
			if strings.ContainsAny(line, "\x1b\u202e\x00") {
				t.Errorf("%q: unseen characters in %q", name, line)
			}
		}
	}
}
