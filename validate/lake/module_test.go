package lake

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/parse"
	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
	"github.com/lotus-lake/lotus-gate/validate/stream"
	"github.com/lotus-lake/lotus-gate/validate/terraform"
)

const secretObject = `apiVersion: infra.contrib.fluxcd.io/v1alpha2
kind: Terraform
metadata: {name: lake, namespace: flux-system}
spec: {sourceRef: {kind: GitRepository, name: lake}}
`

// built is a module as the terraform package builds it, in the form of documents.
func built(t *testing.T, v *View, dir string, names ...string) (*terraform.Module, map[string]any) {
	t.Helper()
	var files []*hcl.File
	for _, name := range names {
		data, _, err := ReadPath(v, name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, hcl.Parse(name, data))
	}
	facts := terraform.Build(terraform.Input{
		Dir: dir, Files: files, Tree: &surroundings{view: v}, Streams: shop.Streams, Quartz: stream.Quartz,
	})
	return facts, mustPlain(t, facts)
}

func mustPlain(t *testing.T, facts any) map[string]any {
	t.Helper()
	input, err := plain(facts)
	if err != nil {
		t.Fatal(err)
	}
	return input
}

func TestModule(t *testing.T) {
	v := view(map[string]string{
		"terraform/main.tf": connection, "terraform/b.tf.json": `{"variable": {"x": {}}}`, "terraform/notes.md": "", "terraform/modules/x/main.tf": connection,
		"streams/shop/_catalog.json": "{}",
	})
	base := view(map[string]string{"terraform/main.tf": `resource "airbyte_connection" "old" {}`})
	before, _ := built(t, base, "terraform", "terraform/main.tf")
	facts, alone := built(t, v, "terraform", "terraform/b.tf.json", "terraform/main.tf")
	changed := mustPlain(t, facts.Against(before))
	for name, c := range map[string]struct {
		dir  string
		base *View
		want map[string]any
	}{
		"alone":               {"terraform", nil, alone},
		"with a base":         {"terraform", base, changed},
		"without one in base": {"terraform", view(nil), alone},
		"no files":            {"streams", base, nil},
	} {
		doc, ok, err := v.Module(c.base, c.dir)
		if err != nil || ok != (c.want != nil) {
			t.Fatalf("%s: %t, %v", name, ok, err)
		}
		want := policy.Document{}
		if ok {
			want = policy.Document{Kind: "module", Path: c.dir, Input: c.want}
		}
		if diff := cmp.Diff(want, doc); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if facts, err := v.Facts("streams"); facts != nil || err != nil {
		t.Errorf("Facts of no module = %v, %v", facts, err)
	}
}

func TestModuleDirs(t *testing.T) {
	v := view(map[string]string{"b/main.tf": "", "b/x.tf": "", "a/c/main.tf.json": "{}", "main.tf": "", "d/main.tfvars": "", "d/.terraform.lock.hcl": ""})
	got, err := v.ModuleDirs()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"", "a/c", "b"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestModuleErrors: what cannot be read around a module is an error, not a file
// that is not there.
func TestModuleErrors(t *testing.T) {
	broken := errors.New("pack is corrupt")
	tree := NewFiles([]Entry{{Path: "terraform/main.tf"}}, func(Entry) ([]byte, error) { return nil, broken })
	v := NewView(tree, Settings{Layout: shop})
	if _, ok, err := v.Module(nil, "terraform"); ok || !errors.Is(err, broken) {
		t.Errorf("Module = %t, %v", ok, err)
	}
	if _, ok, err := view(map[string]string{"terraform/main.tf": ""}).Module(v, "terraform"); ok || !errors.Is(err, broken) {
		t.Errorf("Module with a base that cannot be read = %t, %v", ok, err)
	}
	unlisted := &noEntries{Files: Memory(map[string][]byte{"terraform/main.tf": []byte(connection)}, nil), err: broken}
	if _, ok, err := NewView(unlisted, Settings{Layout: shop}).Module(nil, "terraform"); ok || !errors.Is(err, broken) {
		t.Errorf("Module in surroundings that cannot be read = %t, %v", ok, err)
	}
}

// noEntries lists and reads, but fails to look single files up.
type noEntries struct {
	*Files
	err error
}

func (t *noEntries) Entry(string) (Entry, bool, error) { return Entry{}, false, t.err }

func TestWorkspace(t *testing.T) {
	v := view(map[string]string{
		"b/main.tf": `resource "x_y" "z" {}`, "a/main.tf": `resource "x_y" "z" {}`,
		"apps/lake.yaml": secretObject, "apps/prose.yaml": "infra.contrib.fluxcd.io", "streams/shop/a.json": object,
		"apps/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n",
	})
	a, _ := built(t, v, "a", "a/main.tf")
	b, _ := built(t, v, "b", "b/main.tf")
	objects, err := parse.Manifests([]byte(secretObject))
	if err != nil || len(objects) != 1 {
		t.Fatalf("%d objects, %v", len(objects), err)
	}
	want := mustPlain(t, terraform.BuildWorkspace([]*terraform.Module{a, b}, []terraform.Manifest{{Path: "apps/lake.yaml", Manifest: objects[0]}}))
	got, err := v.Workspace()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(policy.Document{Kind: "workspace", Input: want}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if list := got.Input["terraform_objects"].([]any); len(list) != 1 {
		t.Errorf("%d Terraform objects, want 1", len(list))
	}
}

func TestTouchesWorkspace(t *testing.T) {
	v := view(nil)
	for path, want := range map[string]bool{
		"main.tf": true, "a/b.tf.json": true, "a.yaml": true, "a.yml": true, "A.YAML": true, "package.json": true, "streams/shop/a.yaml": true,
		"streams/shop/orders.json": false, "sources/shop/orders.json": false, "README.md": false, "a.tfvars": false, "": false,
	} {
		if got := v.TouchesWorkspace(path); got != want {
			t.Errorf("TouchesWorkspace(%q) = %t", path, got)
		}
	}
}
