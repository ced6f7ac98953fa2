package state

import (
	"crypto/sha512"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const excerptV4 = `{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 2,
  "lineage": "6cd98828-33ed-797a-14f6-625faf57929b",
  "resources": [
    ...
  ]
}
`

// TestContentPasses has what looks like material and is none.
func TestContentPasses(t *testing.T) {
	digest := sha512.Sum512([]byte("x"))
	for name, tc := range map[string]struct{ path, data string }{
		"empty":      {"a", ""},
		".gitignore": {".gitignore", ".terraform/\n*.tfstate\n*.tfstate.backup\n*.tfstate.*.backup\n*.tfvars\n"},
		"CI script": {".github/workflows/build.yaml", "jobs:\n  a:\n    steps:\n    - kind: Secret\n    - run: |\n        if find . -name '*.tfstate*' | grep -q .; then\n" +
			"          echo \"rm -f terraform.tfstate*\"\n          kubectl get secret tfstate-default-x -o jsonpath='{.data.tfstate}' | base64 -d | gunzip | jq '{version, lineage, serial}'\n        fi\n"},
		"documentation that names it":                   {"docs/tickets.md", "State is in the Secret `tfstate-default-lotus-lake-airbyte` (kind: Secret, lineage and serial, version 4).\n"},
		"excerpt with an ellipsis":                      {"a.md", "# State\n\n```json\n" + excerptV4 + "```\n"},
		"excerpt with an ellipsis, not Markdown":        {"a.py", "'''\n" + excerptV4 + "'''\n"},
		"excerpt, head only":                            {"a.md", "```json\n{\n  \"version\": 4,\n  \"terraform_version\": \"1.11.4\",\n  \"serial\": 2,\n  \"lineage\": \"6cd9\"\n}\n```\n"},
		"excerpt, not closed":                           {"a.rst", "::\n\n  {\n  \"version\": 4,\n  \"serial\": 2,\n  \"lineage\": \"6cd9\",\n  \"resources\": []\n"},
		"excerpt, one resource":                         {"a.md", "```json\n{\n  \"mode\": \"managed\",\n  \"type\": \"terraform_data\",\n  \"instances\": [{\"attributes\": {\"id\": \"x\"}}]\n}\n```\n"},
		"excerpt of show -json":                         {"a.md", "```json\n{\"format_version\": \"1.2\", \"resource_changes\": [{\"address\": \"a.b\"}]}\n```\n"},
		"excerpt in a tar":                              {"docs.tar", tarred(file{"a.md", "```json\n" + excerptV4 + "```\n"})},
		"excerpt of a Secret":                           {"a.md", "```yaml\nkind: Secret\nmetadata:\n  name: tfstate-default-x\ndata:\n  tfstate: H4sIAAAA...\n```\n"},
		"jsonnet of a backend":                          {"a.json", `{"version": 3, "backend": {"url": "https://example.org", "timeout": 30}, "type": "x"}`},
		"package lock":                                  {"package-lock.json", `{"name":"x","version":"4.0.0","lockfileVersion":3,"packages":{"":{"version":"4.0.0"}}}`},
		"version and serial":                            {"a.json", `{"version":4,"serial":12,"resources":[],"terraform_version":"1"}`},
		"version, serial and lineage of something else": {"a.json", `{"version":4,"serial":12,"lineage":"x"}`},
		"lineage is an object":                          {"schema.json", `{"version":4,"serial":12,"lineage":{"type":"string"},"resources":[]}`},
		"another version":                               {"a.json", `{"version":5,"serial":12,"lineage":"x","resources":[]}`},
		"version is a string":                           {"a.json", `{"version":"4","serial":12,"lineage":"x","resources":[]}`},
		"terraform version -json":                       {"a.json", `{"terraform_version":"1.11.4","platform":"linux_amd64","provider_selections":{}}`},
		"providers schema":                              {"a.json", `{"format_version":"1.0","provider_schemas":{}}`},
		"validate -json":                                {"a.json", `{"format_version":"1.0","valid":true,"diagnostics":[]}`},
		"SOPS state":                                    {"a.json", `{"version":"ENC[AES256_GCM,data:x,type:int]","serial":"ENC[AES256_GCM,data:x,type:int]","lineage":"ENC[AES256_GCM,data:x,type:str]","resources":[],"sops":{"mac":"ENC[AES256_GCM,data:x]"}}`},
		"SOPS Secret":                                   {"a.yaml", stateSecret("tfstate-default-x", "ENC[AES256_GCM,data:"+b64("0123456789012345678901234567890123456789012345")+",iv:x,tag:x,type:str]")},
		"SOPS plan ConfigMap":                           {"a.yaml", "kind: ConfigMap\nmetadata: {name: tfplan-default-x}\ndata: {tfplan: \"ENC[AES256_GCM,data:x]\"}\n"},
		"Secret without data":                           {"a.yaml", "$patch: delete\nkind: Secret\nmetadata:\n  name: tfstate-default-x\n"},
		"Secret with a location":                        {"a.yaml", "kind: Secret\nmetadata:\n  name: app\nstringData:\n  tfstate: s3://bucket/key\n"},
		"Role on state Secrets":                         {"a.yaml", "kind: Role\nrules:\n- resources: [Secret]\n  resourceNames: [tfstate-default-x]\n"},
		"Terraform object":                              {"a.yaml", "kind: Terraform\nspec:\n  backendConfig:\n    customConfiguration: |\n      backend \"kubernetes\" { secret_suffix = \"x\" }\n  varsFrom:\n  - kind: Secret\n    name: tfstate-vars\n"},
		"lock file":                                     {".terraform.lock.hcl", "provider \"registry.example/airbyte\" {\n  version = \"0.6.5\"\n  hashes = [\n    \"h1:" + b64(string(digest[:32])) + "\",\n  ]\n}\n"},
		"example variables":                             {"prod.tfvars.example", "password = \"change me\"\n"},
		"integrity hashes":                              {"package-lock.json", `{"integrity":"sha512-` + b64(string(digest[:])) + `"}`},
		"image in a page":                               {"a.html", `<img src="data:image/png;base64,` + b64("\x89PNG\r\n\x1a\n"+strings.Repeat(string(digest[:]), 20)) + `">`},
		"archive of source":                             {"a.tgz", gz(tarred(file{"main.tf", `terraform { backend "s3" {} }`}, file{"prod.tfvars.example", "x"}))},
		"archive with the lock file":                    {"a.zip", zipped(file{".terraform.lock.hcl", "provider"})},
		"program with the magic numbers":                {"a.out", "\x7fELF" + strings.Repeat("\x00\x01", 40) + "PK\x03\x04PK\x01\x02PK\x05\x06\x1f\x8b\x08\x00\x00"},
		"Rego test that names the keys":                 {"a.rego", `input := {"lineage": lineage, "serial": serial, "version": 4, "resources": []}`},
		"Perl with escapes":                             {"a.pm", `my %h = ("\u00zz" => "\"", 'lineage' => "serial \" version");` + "\n"},
		"Go struct":                                     {"a.go", "type state struct {\n\tVersion int `json:\"version\"`\n\tSerial int `json:\"serial\"`\n\tLineage string `json:\"lineage\"`\n\tResources []any `json:\"resources\"`\n}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			found, notes := content(t, tc.path, tc.data, DefaultLimits())
			if diff := cmp.Diff([]Material(nil), found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string(nil), notes); diff != "" {
				t.Errorf("not inspected (-want +got):\n%s", diff)
			}
		})
	}
}

// TestQuickDismisses keeps the prefilter sharp on what repositories are full of: what it lets through costs a hundred times more.
func TestQuickDismisses(t *testing.T) {
	for name, data := range ordinary() {
		if Quick([]byte(data)) {
			t.Errorf("Quick is true for %s", name)
		}
	}
}

// ordinary are texts of about 10 KB as a lake repository holds them.
func ordinary() map[string]string {
	digest := sha512.Sum512([]byte("x"))
	repeat := func(s string) string { return strings.Repeat(s, 10_000/len(s)+1) }
	return map[string]string{
		"Go":       repeat("// Content inspects the bytes of one file and returns what it found.\nfunc (in *inspector) layer(data []byte, at place) {\n\tif in.full() {\n\t\treturn\n\t}\n}\n\n"),
		"stream":   repeat("{\n  \"stream\": \"orders\",\n  \"sync_mode\": \"incremental\",\n  \"destination_sync_mode\": \"append_dedup\",\n  \"primary_key\": [[\"id\"]],\n  \"cursor_field\": [\"updated_at\"],\n  \"version\": 4, \"serial\": 2\n}\n"),
		"manifest": repeat("---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cube\nspec:\n  template:\n    spec:\n      containers:\n      - name: cube\n        envFrom:\n        - secretRef: {name: cube}\n"),
		"HCL":      repeat("resource \"airbyte_connection\" \"orders\" {\n  source_id      = airbyte_source.shop.source_id\n  destination_id = airbyte_destination.lake.destination_id\n}\n"),
		"lock":     repeat("    \"node_modules/left-pad\": {\n      \"version\": \"1.3.0\",\n      \"resolved\": \"https://registry.example/left-pad/-/left-pad-1.3.0.tgz\",\n      \"integrity\": \"sha512-" + b64(string(digest[:])) + "\"\n    },\n"),
		"prose":    repeat("Terraform keeps its state in a Secret; run `kubectl get secret` to see it.\nNever run `terraform apply` on a laptop.\n\n-----------------------------------------------------------\n\n"),
	}
}
