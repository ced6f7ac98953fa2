package lake

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/state"
)

func TestMaterial(t *testing.T) {
	const v4 = `{"version": 4, "terraform_version": "1.5.7", "serial": 3, "lineage": "0d9b", "resources": []}`
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
	for name, c := range map[string]struct {
		entry   Entry
		data    string
		want    map[string]any
		skipped []UninspectedError
	}{
		"ordinary": {entry: Entry{Path: "README.md"}, data: "terraform.tfstate is never committed"},
		"by name": {
			entry: Entry{Path: "x/terraform.tfstate"}, data: "",
			want: map[string]any{"name": "state", "found": []any{}},
		},
		"by content": {
			entry: Entry{Path: "notes.txt"}, data: v4,
			want: map[string]any{"name": nil, "found": []any{map[string]any{
				"form": "state v4", "via": []any{}, "at": position("notes.txt", 1, 1), "detail": "lineage 0d9b, serial 3, terraform 1.5.7",
			}}},
		},
		"link": {
			entry: Entry{Path: "latest", Mode: Symlink}, data: "../terraform.tfstate",
			want: map[string]any{"name": nil, "found": []any{}, "link": map[string]any{"target": "../terraform.tfstate", "name": "state"}},
		},
		"pointer": {
			entry: Entry{Path: "prod.tfstate"}, data: pointer,
			want:    map[string]any{"name": "state", "found": []any{}, "lfs": true},
			skipped: []UninspectedError{{Path: "prod.tfstate", Reason: "Git LFS pointer: its content is not in the repository"}},
		},
		"sealed variables": {
			entry: Entry{Path: "a.tfvars.json"}, data: `{"a": ["ENC[AES256_GCM,data:x]", null], "sops": {"mac": "ENC[AES256_GCM,data:y]", "version": "3.11.0"}}`,
			want: map[string]any{"name": "variables", "found": []any{}, "encrypted": true},
		},
		"half sealed variables": {
			entry: Entry{Path: "a.tfvars.json"}, data: `{"a": "ENC[AES256_GCM,data:x]", "b": 1, "sops": {"mac": "ENC[AES256_GCM,data:y]"}}`,
			want: map[string]any{"name": "variables", "found": []any{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			doc, found, skipped := Material(c.entry, []byte(c.data), state.DefaultLimits())
			if found != (c.want != nil) {
				t.Fatalf("found = %v", found)
			}
			if diff := cmp.Diff(c.skipped, skipped); diff != "" {
				t.Errorf("skipped (-want +got):\n%s", diff)
			}
			if !found {
				return
			}
			if diff := cmp.Diff(policy.Document{Kind: "material", Path: c.entry.Path, Input: c.want}, doc); diff != "" {
				t.Errorf("document (-want +got):\n%s", diff)
			}
		})
	}
}
