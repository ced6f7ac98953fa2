package state

import (
	"archive/zip"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestContentFinds has every form and every hiding place of the domain facts that concerns bytes.
func TestContentFinds(t *testing.T) {
	wholeV4 := Material{Form: FormStateV4, Line: 1, Detail: detailV4}
	compact := func(line int, via ...string) Material {
		return Material{Form: FormStateV4, Via: via, Line: line, Detail: detailCompact}
	}
	secretGz := b64(gz(stateCompact))
	for name, tc := range map[string]struct {
		path string
		data string
		want []Material
	}{
		"state v4":                     {"terraform.tfstate", stateV4, []Material{wholeV4}},
		"state v4, renamed":            {"notes.txt", stateV4, []Material{wholeV4}},
		"state v4, compact":            {"a.json", stateCompact, []Material{compact(1)}},
		"state v4, Windows lines":      {"a", strings.ReplaceAll(stateV4, "\n", "\r\n"), []Material{wholeV4}},
		"state v4, blank lines before": {"a", "\n\n " + stateCompact, []Material{compact(3)}},
		"state v4, other key order": {
			"a", `{"resources":[],"lineage":"x","serial":1,"version":4}`,
			[]Material{{Form: FormStateV4, Line: 1, Detail: "lineage x, serial 1"}},
		},
		"state v4, duplicate keys": {
			"a", `{"version":4,"version":"x","lineage":"x","serial":1,"resources":[],"lineage":"x"}`,
			[]Material{{Form: FormStateV4, Line: 1, Detail: "lineage x, serial 1"}},
		},
		"state v4, escaped letters in a key": {
			"a", `{"version":4,"\u006cineage":"x","serial":1,"resources":[]}`,
			[]Material{{Form: FormStateV4, Line: 1, Detail: "lineage x, serial 1"}},
		},
		"state v4, truncated": {
			"a", stateV4[:200], []Material{wholeV4},
		},
		"state v4, in a merge conflict": {
			"terraform.tfstate", strings.Replace(stateV4, `  "serial": 2,`, "<<<<<<< HEAD\n  \"serial\": 2,\n=======\n  \"serial\": 3,\n>>>>>>> other", 1),
			[]Material{{Form: FormStateV4, Line: 1, Detail: "terraform 1.11.4"}},
		},
		"state v4, not UTF-8, with NUL": {
			"a", strings.Replace(stateCompact, "quoted", "\xff\xfe\x00", 1),
			[]Material{compact(1)},
		},
		"state v3": {"a", stateV3, []Material{{Form: FormStateV3, Line: 1, Detail: "lineage cc-dd, serial 9, terraform 0.11.15"}}},
		"backend stub": {
			"a", stub, []Material{{Form: FormBackendStub, Line: 1, Detail: "terraform 1.11.4"}},
		},
		"backend stub of a state store": {
			"a", `{"version":3,"state_store":{"type":"foo_bar","config":{}}}`, []Material{{Form: FormBackendStub, Line: 1}},
		},
		"encrypted state": {"a", encryptedStateJSON, []Material{{Form: FormEncryptedState, Line: 1, Detail: "lineage l7, serial 3"}}},
		"encrypted plan":  {"a", encryptedPlanJSON, []Material{{Form: FormEncryptedPlan, Line: 1}}},
		"plan":            {"deploy.out", planZip(), []Material{{Form: FormPlan, Line: 1}}},
		"plan, truncated": {
			"deploy.out", planZip()[:len(planZip())*3/4], []Material{{Form: FormPlan, Line: 1}},
		},
		"show -json of a plan":  {"a", showPlan, []Material{{Form: FormShowJSON, Line: 1, Detail: "terraform 1.11.4"}}},
		"show -json of a state": {"a", showState, []Material{{Form: FormShowJSON, Line: 1, Detail: "terraform 1.11.4"}}},
		"show -json with the prior state inside": {
			"a", `{"format_version":"1.2","prior_state":` + showState + `,"resource_changes":[]}`, []Material{{Form: FormShowJSON, Line: 1}},
		},
		"lock info": {"a", lockJSON, []Material{{Form: FormLockInfo, Line: 1}}},

		"gzip":               {"a.bin", gz(stateCompact), []Material{compact(1, "gzip")}},
		"gzip twice":         {"a.bin", gz(gz(stateCompact)), []Material{compact(1, "gzip", "gzip")}},
		"gzip, concatenated": {"a.bin", gz("nothing here\n") + gz(stateCompact), []Material{compact(1, "gzip", "embedded")}},
		"gzip, truncated":    {"a.bin", gz(stateV4)[:300], []Material{{Form: FormStateV4, Via: []string{"gzip"}, Line: 1, Detail: detailV4}}},
		"bzip2":              {"a.bin", bzipped(), []Material{compact(1, "bzip2")}},
		"zip":                {"a.bin", zipped(file{"x/readme", "hi"}, file{"x/s", stateCompact}), []Material{compact(1, "zip:x/s")}},
		"tar":                {"a.bin", tarred(file{"x/readme", "hi"}, file{"x/s", stateCompact}), []Material{compact(1, "tar:x/s")}},
		"tar of gzip in zip": {
			"a.bin", zipped(file{"t", tarred(file{"g", gz(stateCompact)})}), []Material{compact(1, "zip:t", "tar:g", "gzip")},
		},
		"two in one archive": {
			"a.tgz", gz(tarred(file{"1", stateCompact}, file{"2", lockJSON})),
			[]Material{compact(1, "gzip", "tar:1"), {Form: FormLockInfo, Via: []string{"gzip", "tar:2"}, Line: 1}},
		},
		"plan in a tar": {"a.tar", tarred(file{"p", planZip()}), []Material{{Form: FormPlan, Via: []string{"tar:p"}, Line: 1}}},
		"member known by its name only": {
			"a.zip", zipped(file{"env/prod.tfvars", `password = "x"`}, file{"env/dev.tfvars", `password = "y"`}),
			[]Material{{Form: "variables", Via: []string{"zip:env/prod.tfvars"}, Line: 1, Detail: byName}},
		},
		"zip without its directory, stored": {
			"a.zip", headless(rawZip("a", 0, zip.Store, "nothing")) + headless(rawZip("b", 0, zip.Store, stateCompact)),
			[]Material{compact(1, "zip:b")},
		},
		"zip without its directory, members encrypted or of unknown methods": {
			"a.zip", headless(rawZip("a", 1, zip.Store, "nothing")) + headless(rawZip("b", 0, 93, "nothing")) + headless(zipped(file{"c", stateCompact})),
			[]Material{compact(1, "zip:c")},
		},
		"zip without its directory, only a name": {
			"a.zip", headless(rawZip("a.tfstate", 1, zip.Store, "nothing")),
			[]Material{{Form: "state", Via: []string{"zip:a.tfstate"}, Line: 1, Detail: byName}},
		},
		"zip whose directory is far from its end": {
			"a.zip", zipped(file{"a", stateCompact}) + strings.Repeat("\n", 70_000), []Material{compact(1, "zip:a")},
		},
		"gzip behind a script": {
			"install.sh", "#!/bin/sh\ntail -n +3 \"$0\" | tar xz\n" + gz(tarred(file{"s", stateCompact})),
			[]Material{compact(3, "embedded", "gzip", "tar:s")},
		},
		"zip behind a script": {
			"install.sh", "#!/bin/sh\nexit\n" + zipped(file{"s", stateCompact}), []Material{compact(3, "embedded", "zip:s")},
		},

		"UTF-8 with a mark":        {"a", "\xef\xbb\xbf" + stateCompact, []Material{compact(1, "bom")}},
		"UTF-16LE with a mark":     {"a", wide16(stateCompact, binary.LittleEndian, true), []Material{compact(1, "utf-16le")}},
		"UTF-16BE with a mark":     {"a", wide16(stateCompact, binary.BigEndian, true), []Material{compact(1, "utf-16be")}},
		"UTF-16LE without a mark":  {"a", wide16("\n"+stateCompact, binary.LittleEndian, false), []Material{compact(2, "utf-16le")}},
		"UTF-16BE without a mark":  {"a", wide16("\n"+stateCompact, binary.BigEndian, false), []Material{compact(2, "utf-16be")}},
		"UTF-32LE":                 {"a", wide32(stateCompact, binary.LittleEndian), []Material{compact(1, "utf-32le")}},
		"UTF-32BE":                 {"a", wide32(stateCompact, binary.BigEndian), []Material{compact(1, "utf-32be")}},
		"base64 in UTF-16":         {"a", wide16(b64(stateCompact), binary.LittleEndian, true), []Material{compact(1, "utf-16le", "base64")}},
		"UTF-16 with surrogates":   {"a", wide16("\U0001F600\n"+stateCompact, binary.BigEndian, true), []Material{compact(2, "utf-16be", "embedded")}},
		"UTF-32LE without a mark":  {"a", wide32("\n"+stateCompact, binary.LittleEndian)[4:], []Material{compact(2, "utf-32le")}},
		"UTF-32BE without a mark":  {"a", wide32("\n"+stateCompact, binary.BigEndian)[4:], []Material{compact(2, "utf-32be")}},
		"base64":                   {"a", b64(stateCompact), []Material{compact(1, "base64")}},
		"base64, URL alphabet":     {"a", strings.NewReplacer("+", "-", "/", "_").Replace(b64(gz(stateCompact))), []Material{compact(1, "base64", "gzip")}},
		"base64, no padding":       {"a", strings.TrimRight(b64(stateCompact), "="), []Material{compact(1, "base64")}},
		"base64, wrapped":          {"a", wrap(b64(stateCompact), 64, ""), []Material{compact(1, "base64")}},
		"base64, wrapped narrowly": {"a", wrap(b64(gz(stateCompact)), 20, "# "), []Material{compact(1, "base64", "gzip")}},
		"base64 of base64":         {"a", b64(b64(stateCompact)), []Material{compact(1, "base64", "base64")}},
		"base64 of UTF-16":         {"a", b64(wide16(stateCompact, binary.LittleEndian, true)), []Material{compact(1, "base64", "utf-16le")}},
		"base64 of a zip":          {"a", b64(zipped(file{"s", stateCompact})), []Material{compact(1, "base64", "zip:s")}},
		"base64 after a path":      {"a", "data/H" + strings.TrimPrefix(b64(gz(stateCompact)), "H"), []Material{compact(1, "base64", "embedded", "gzip")}},
		"base64 after a dashed line": {
			"a", "-----------------------------------\n" + wrap(b64(stateCompact), 76, ""), []Material{compact(1, "base64")},
		},
		"base64 in a heredoc": {
			"run.sh", "#!/bin/sh\nbase64 -d <<E | gunzip > terraform.tfstate\n" + wrap(b64(gz(stateCompact)), 76, "") + "E\n",
			[]Material{compact(3, "base64", "gzip")},
		},
		"base64 in a YAML block": {
			"a.yaml", "blob:\n  s: |\n" + wrap(b64(gz(stateCompact)), 60, "    "), []Material{compact(3, "base64", "gzip")},
		},
		"base64 in summed strings": {
			"a.js", "const s = \"" + strings.Join(strings.Fields(wrap(b64(stateCompact), 60, "")), "\" +\n  \"") + "\";\n",
			[]Material{compact(1, "base64")},
		},
		"base64 with escaped slashes": {
			"a.json", `{"s":"` + strings.ReplaceAll(b64(gz(stateCompact)), "/", `\/`) + `"}`,
			[]Material{compact(1, "escaped", "base64", "gzip")},
		},
		"base64 in a JSON string with line breaks": {
			"a.json", `{"s":` + quoted(wrap(b64(gz(stateCompact)), 76, "")) + `}`, []Material{compact(1, "base64", "gzip")},
		},

		"heredoc": {
			"run.sh", "#!/bin/sh\nif [ \"$1\" = a ]; then echo \"it is 5\\\" tall\"; fi\ncat > x <<'E'\n" + stateV4 + "E\n",
			[]Material{{Form: FormStateV4, Via: []string{"embedded"}, Line: 4, Detail: detailV4}},
		},
		"heredoc, compact, after a stray quote": {
			"run.sh", "# it's 5\" tall\necho '" + stateCompact + "'\n", []Material{compact(2, "embedded")},
		},
		"raw quotes around": {"a.txt", `state = "` + stateCompact + `"`, []Material{compact(1, "embedded")}},
		"two in one script": {
			"a.sh", "a='" + stateCompact + "'\nb='" + lockJSON + "'\n",
			[]Material{compact(1, "embedded"), {Form: FormLockInfo, Via: []string{"embedded"}, Line: 2}},
		},
		"patch that adds it": {
			"a.patch", "+++ b/x\n" + "+" + strings.ReplaceAll(strings.TrimSpace(stateV4), "\n", "\n+") + "\n",
			[]Material{{Form: FormStateV4, Via: []string{"embedded"}, Line: 2, Detail: ""}},
		},
		"commented out": {
			"a.tf", "# " + strings.ReplaceAll(strings.TrimSpace(stateV4), "\n", "\n# ") + "\n",
			[]Material{{Form: FormStateV4, Via: []string{"embedded"}, Line: 1, Detail: ""}},
		},
		"string in JSON": {
			"a.json", "{\n \"a\": \"say \\\"hi\",\n \"s\": " + quoted(stateV4) + "\n}",
			[]Material{{Form: FormStateV4, Via: []string{"escaped", "embedded"}, Line: 3, Detail: detailV4}},
		},
		"string in a string in JSON": {
			"a.json", `{"s":` + quoted(`{"t":`+quoted(stateCompact)+`}`) + `}`, []Material{compact(1, "escaped", "escaped", "embedded")},
		},
		"value in JSON": {"a.json", `{"states":[` + stateCompact + `]}`, []Material{compact(1, "embedded")}},
		"whole state in documentation": {
			"README.md", "# Example\n\n```json\n" + stateV4 + "```\n",
			[]Material{{Form: FormStateV4, Via: []string{"embedded"}, Line: 4, Detail: detailV4}},
		},
		"other whole documents in documentation": {
			"README.md", "# Examples\n```\n" + stateV3 + "\n```\n```\n" + stub + "\n```\n",
			[]Material{
				{Form: FormStateV3, Via: []string{"embedded"}, Line: 3, Detail: "lineage cc-dd, serial 9, terraform 0.11.15"},
				{Form: FormBackendStub, Via: []string{"embedded"}, Line: 6, Detail: "terraform 1.11.4"},
			},
		},
		"documentation that is nothing else": {"README.md", stateV4[:200], []Material{wholeV4}},

		"Secret": {
			"a.yaml", stateSecret("tfstate-default-x", secretGz),
			[]Material{{Form: FormKubernetesState, Via: []string{"base64", "gzip"}, Line: 1, Detail: "Secret tfstate-default-x, state v4, " + detailCompact}},
		},
		"Secret in a later document": {
			"a.yaml", "---\nkind: Namespace\n---\n" + stateSecret("tfstate-default-x", secretGz),
			[]Material{{
				Form: FormKubernetesState, Via: []string{"yaml document 2", "base64", "gzip"}, Line: 4,
				Detail: "Secret tfstate-default-x, state v4, " + detailCompact,
			}},
		},
		"Secret known by its key": {
			"a.yaml", stateSecret("innocent", secretGz),
			[]Material{{Form: FormKubernetesState, Via: []string{"base64", "gzip"}, Line: 1, Detail: "Secret innocent, state v4, " + detailCompact}},
		},
		"Secret known by its label, another key": {
			"a.yaml", "kind: Secret\nmetadata: {name: innocent, labels: {tfstate: \"true\"}}\nstringData:\n  s: |\n    " + stateCompact + "\n",
			[]Material{{Form: FormKubernetesState, Via: []string{"value"}, Line: 1, Detail: "Secret innocent, state v4, " + detailCompact}},
		},
		"Secret with a chunk": {
			"a.yaml", stateSecret("tfstate-default-x-part-1", b64("\x01\x02\x03")),
			[]Material{{Form: FormKubernetesState, Line: 1, Detail: "Secret tfstate-default-x-part-1"}},
		},
		"Secret in a list": {
			"a.yaml", "kind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: a}\n- " + strings.ReplaceAll(stateSecret("tfstate-default-x", secretGz), "\n", "\n  "),
			[]Material{{
				Form: FormKubernetesState, Via: []string{"list item 2", "base64", "gzip"}, Line: 5,
				Detail: "Secret tfstate-default-x, state v4, " + detailCompact,
			}},
		},
		"Secret in JSON, in a list": {
			"a.json", `{"kind":"List","items":[` + "\n" + `{"kind":"Secret","metadata":{"name":"tfstate-default-x"},"data":{"tfstate":"` + secretGz + `"}}]}`,
			[]Material{{
				Form: FormKubernetesState, Via: []string{"embedded", "base64", "gzip"}, Line: 2,
				Detail: "Secret tfstate-default-x, state v4, " + detailCompact,
			}},
		},
		"Secret in JSON, in a typed list": {
			"a.json", `{"kind":"SecretList","items":[{"metadata":{"name":"tfstate-default-x"},"data":{"tfstate":"` + secretGz + `"}}]}`,
			[]Material{{
				Form: FormKubernetesState, Via: []string{"list item 1", "base64", "gzip"}, Line: 1,
				Detail: "Secret tfstate-default-x, state v4, " + detailCompact,
			}},
		},
		"Secret in a string of one line": {
			"a.sh", `echo "{"kind":"Secret","metadata":{"name":"tfstate-default-x"},"data":{"tfstate":"` + secretGz + `"}}"` + "\n",
			[]Material{{
				Form: FormKubernetesState, Via: []string{"embedded", "base64", "gzip"}, Line: 1,
				Detail: "Secret tfstate-default-x, state v4, " + detailCompact,
			}},
		},
		"Secret whose other fields have wrong types": {
			"a.json", `{"kind":"Secret","metadata":{"name":"tfplan-x","labels":{"a":1}},"data":{"a":1,"tfplan":"` + b64(encryptedPlanJSON) + `"}}`,
			[]Material{{Form: FormKubernetesPlan, Via: []string{"base64"}, Line: 1, Detail: "Secret tfplan-x, encrypted plan"}},
		},
		"Secret, a damaged value": {
			"a.yaml", stateSecret("innocent", "H4sIAAAAAAAA/!!"), []Material{{Form: FormKubernetesState, Line: 1, Detail: "Secret innocent"}},
		},
		"Secret in a typed list of YAML, by an alias": {
			"a.yaml", "x: &x {tfstate: " + secretGz + "}\nkind: SecretList\nitems:\n- metadata: {name: a}\n  data: *x\n",
			[]Material{{
				Form: FormKubernetesState, Via: []string{"list item 1", "base64", "gzip"}, Line: 4,
				Detail: "Secret a, state v4, " + detailCompact,
			}},
		},
		"plan Secret": {
			"a.yaml", "kind: Secret\nmetadata:\n  name: tfplan-default-x\ndata:\n  tfplan: " + b64(gz(planZip())) + "\n",
			[]Material{{Form: FormKubernetesPlan, Via: []string{"base64", "gzip"}, Line: 1, Detail: "Secret tfplan-default-x, plan"}},
		},
		"plan ConfigMap": {
			"a.yaml", "kind: ConfigMap\nmetadata:\n  name: tfplan-default-x\ndata:\n  tfplan: |\n    Terraform will perform\n",
			[]Material{{Form: FormKubernetesPlanText, Line: 1, Detail: "ConfigMap tfplan-default-x"}},
		},
		"Secret of any name around a state": {
			"a.yaml", "kind: Secret\nmetadata:\n  name: x\ndata:\n  y: " + secretGz + "\n", []Material{compact(5, "base64", "gzip")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, notes := content(t, tc.path, tc.data, DefaultLimits())
			if diff := cmp.Diff(tc.want, found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			if damaged := strings.Contains(name, "truncated") || strings.Contains(name, "damaged") || strings.Contains(name, "directory"); len(notes) > 0 && !damaged {
				t.Errorf("not inspected: %q", notes)
			}
		})
	}
}
