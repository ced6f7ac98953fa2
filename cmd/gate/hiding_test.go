package main

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// TestPushOfHiddenContent pushes state, plans and the like as a file of one
// commit, in every form in which they hide. Each is refused, and the pusher is
// told commit and path.
func TestPushOfHiddenContent(t *testing.T) {
	list := "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: x}\n- " +
		strings.TrimPrefix(indented(secretOf("tfstate-default-lake", "tfstate", stateV4)), "  ")
	for name, c := range map[string]struct{ path, content, rule string }{
		"renamed":                        {"notes.json", stateV4, "state/committed"},
		"without a telling extension":    {"docs/Old Notes", stateV4, "state/committed"},
		"version 3":                      {"notes.json", stateV3, "state/committed"},
		"backend stub":                   {"notes.json", backendStub, "state/committed"},
		"encrypted by OpenTofu":          {"notes.json", encryptedState, "state/committed"},
		"plan encrypted by OpenTofu":     {"notes.json", encryptedPlan, "state/committed"},
		"plan":                           {"out.bin", planFile(), "state/committed"},
		"show -json of a plan":           {"plan.json", shownPlan, "state/committed"},
		"show -json of a state":          {"values.json", shownState, "state/committed"},
		"lock info":                      {"lock.json", lockInfo, "state/committed"},
		"zip":                            {"backup.zip", zipped(member{"a.txt", "x"}, member{"b/c.txt", stateV4}), "state/committed"},
		"zip that is called otherwise":   {"picture.png", zipped(member{"b/c.txt", stateV4}), "state/committed"},
		"gzip":                           {"backup.gz", gzipped(stateV4), "state/committed"},
		"tar":                            {"backup.tar", tarred(member{"x", "x"}, member{"notes", stateV4}), "state/committed"},
		"tar.gz":                         {"backup.tgz", gzipped(tarred(member{"notes", stateV4})), "state/committed"},
		"zip in a tar.gz":                {"backup.tgz", gzipped(tarred(member{"a.zip", zipped(member{"notes", stateV4})})), "state/committed"},
		"state by name in an archive":    {"backup.zip", zipped(member{"terraform.tfstate", "{}"}), "state/committed"},
		"variables in an archive":        {"backup.zip", zipped(member{"prod.tfvars", "password = \"x\"\n"}), "state/variables_committed"},
		"UTF-16, little end first":       {"notes.txt", wide(stateV4, binary.LittleEndian), "state/committed"},
		"UTF-16, big end first":          {"notes.txt", wide(stateV4, binary.BigEndian), "state/committed"},
		"byte order mark":                {"notes.json", "\xef\xbb\xbf" + stateV4, "state/committed"},
		"carriage returns":               {"notes.json", strings.ReplaceAll(stateV4, "\n", "\r\n"), "state/committed"},
		"here document":                  {"restore.sh", "#!/bin/sh\ncat >x <<'EOF'\n" + stateV4 + "EOF\n", "state/committed"},
		"base64 in a script":             {"restore.sh", "#!/bin/sh\necho " + base64Of(gzipped(stateV4)) + " | base64 -d | gunzip\n", "state/committed"},
		"block of YAML":                  {"values.yaml", "state: |\n" + indented(stateV4), "state/committed"},
		"string of JSON":                 {"values.json", `{"state": "{\"version\":4,\"terraform_version\":\"1.5.7\",\"serial\":3,\"lineage\":\"l\",\"resources\":[]}"}`, "state/committed"},
		"Secret":                         {"backup.yaml", secretOf("tfstate-default-lake", "tfstate", stateV4), "state/committed"},
		"Secret of another name":         {"backup.yaml", secretOf("app", "tfstate", stateV4), "state/committed"},
		"Secret in a List":               {"backup.yaml", list, "state/committed"},
		"Secret in a later document":     {"backup.yaml", "kind: ConfigMap\nmetadata: {name: x}\n---\n" + secretOf("tfstate-default-lake", "tfstate", stateV4), "state/committed"},
		"Secret in JSON":                 {"backup.json", `{"kind":"Secret","metadata":{"name":"tfstate-default-lake"},"data":{"tfstate":"` + base64Of(gzipped(stateV4)) + `"}}`, "state/committed"},
		"Secret with a plan":             {"backup.yaml", secretOf("tfplan-default-lake", "tfplan", planFile()), "state/committed"},
		"Secret with plaintext state":    {"backup.yaml", "kind: Secret\nmetadata: {name: x}\nstringData:\n  tfstate: |\n  " + indented(stateV4), "state/committed"},
		"LFS pointer of a telling name":  {"old.tfstate", lfsPointer, "state/committed"},
		"state behind a pointer's head":  {"notes", lfsPointer + "x-state " + strings.Join(strings.Fields(stateV4), "") + "\n", "state/committed"},
		"Terraform working directory":    {"a/.terraform/modules/modules.json", "{}", "state/committed"},
		"variables":                      {"prod.tfvars", "password = \"x\"\n", "state/variables_committed"},
		"plaintext Secret":               {"secret.yaml", plaintextSecret, "secrets/plaintext_manifest"},
		"plaintext Secret in UTF-16":     {"secret.yaml", wide(plaintextSecret, binary.LittleEndian), "secrets/plaintext_manifest"},
		"plaintext Secret, loudly named": {"SECRET.YML", plaintextSecret, "secrets/plaintext_manifest"},
		"plaintext Secret among streams": {"orchestration/dag/streams/shop/secret.yaml", plaintextSecret, "secrets/plaintext_manifest"},
		"plaintext Secret in a List": {
			"secret.yaml", "apiVersion: v1\nkind: List\nitems:\n- " + strings.TrimPrefix(indented(plaintextSecret), "  "), "secrets/plaintext_manifest",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t)
			g.write(t, c.path, c.content)
			g.commit(t)
			v := g.push(t, "main")
			g.refused(t, v, c.rule, place{"HEAD", c.path})
		})
	}
}

// TestPushOfHiddenNames pushes one file of each name that says state, whatever
// it holds, in one commit.
func TestPushOfHiddenNames(t *testing.T) {
	paths := []string{
		"terraform.tfstate", "A/PROD.TFSTATE", "x.tfstate.backup", "x.tfstate.1699999999.backup", "terraform.tfstate.d/prod/anything",
		"errored.tfstate", ".terraform.tfstate.lock.info", ".terraform/terraform.tfstate", "a/.terraform/providers/p", "tfplan", "a/prod.tfplan",
		"crash.log", "crash.2026-01-01.log",
	}
	variables := []string{"terraform.tfvars", "a/b.auto.tfvars", "c.tfvars.json"}
	for rule, paths := range map[string][]string{"state/committed": paths, "state/variables_committed": variables} {
		for some := range slices.Chunk(paths, 5) { // more are not shown one by one
			g := newGuarded(t)
			for _, path := range some {
				g.write(t, path, "{}\n")
			}
			g.commit(t)
			v := g.push(t, "main")
			for _, path := range some {
				g.refused(t, v, rule, place{"HEAD", path})
			}
		}
	}
}

// place is where a message must say that something lies.
type place struct{ rev, path string }

// refused fails the test unless the push was refused by a rule, and the message
// names path and commit of each place.
func (g *guarded) refused(t *testing.T, v verdictOf, rule string, places ...place) {
	t.Helper()
	if v.accepted {
		t.Fatalf("accepted:\n%s", v.message)
	}
	if !strings.Contains(v.message, "error  "+rule+"  ") {
		t.Errorf("not refused by %s:\n%s", rule, v.message)
	}
	for _, p := range places {
		commit := " (commit " + g.short(t, p.rev) + ")"
		named := false
		for _, said := range strings.Split(v.message, "\n\n") { // a place and what is said of it may be wrapped
			named = named || strings.HasPrefix(said, "  "+p.path+":") && strings.Contains(strings.Join(strings.Fields(said), " "), commit)
		}
		if !named {
			t.Errorf("nothing names %s%s:\n%s", p.path, commit, v.message)
		}
	}
}
