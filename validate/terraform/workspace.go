package terraform

import (
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse"
)

// Workspace is what only the whole repository shows; docs/inputs.md describes every field.
type Workspace struct {
	Modules          []WorkspaceModule `json:"modules"`
	TerraformObjects []TerraformObject `json:"terraform_objects"`
	SecretUses       []SecretUse       `json:"secret_uses"`
}

// WorkspaceModule is a root module by what it declares in its state.
type WorkspaceModule struct {
	Path      string     `json:"path"`
	Addresses []Declared `json:"addresses"`
	Backend   *Backend   `json:"backend"`
}

// Declared is the declaration of a resource or data source.
type Declared struct {
	Address string   `json:"address"`
	At      Position `json:"at"`
}

// TerraformObject is a tofu-controller object and where it keeps its state: in the Secret
// tfstate-<workspace>-<suffix> when Backend is "secret"; else Backend is "custom" or "disabled".
type TerraformObject struct {
	Namespace string   `json:"namespace"`
	Name      string   `json:"name"`
	Workspace string   `json:"workspace"`
	Suffix    string   `json:"suffix"`
	Backend   string   `json:"backend"`
	At        Position `json:"at"`
}

// Manifest is a Kubernetes object and the file that it is in.
type Manifest struct {
	Path string
	parse.Manifest
}

// BuildWorkspace gives the facts of a repository from all its root modules and manifests.
func BuildWorkspace(modules []*Module, manifests []Manifest) *Workspace {
	w := &Workspace{Modules: []WorkspaceModule{}, TerraformObjects: []TerraformObject{}, SecretUses: []SecretUse{}}
	for _, m := range modules {
		module := WorkspaceModule{Path: m.Path, Addresses: []Declared{}, Backend: m.Backend}
		for _, r := range m.Resources {
			module.Addresses = append(module.Addresses, Declared{Address: r.Address, At: r.At})
		}
		w.Modules = append(w.Modules, module)
	}
	slices.SortStableFunc(w.Modules, func(a, b WorkspaceModule) int { return strings.Compare(a.Path, b.Path) })
	for i := range manifests {
		m := &manifests[i]
		if version, _ := m.Object["apiVersion"].(string); m.Object["kind"] == "Terraform" && strings.HasPrefix(version, "infra.contrib.fluxcd.io/") {
			w.TerraformObjects = append(w.TerraformObjects, terraformObject(m))
		}
		w.SecretUses = append(w.SecretUses, secretUses(m)...)
	}
	return w
}

// terraformObject reads the fields that decide where the state is: https://flux-iac.github.io/tofu-controller/References/terraform/
func terraformObject(m *Manifest) TerraformObject {
	o := TerraformObject{
		Namespace: m.text("metadata", "namespace"), Name: m.text("metadata", "name"), Workspace: m.text("spec", "workspace"),
		Suffix: m.text("spec", "backendConfig", "secretSuffix"), Backend: "secret", At: Position{Path: m.Path, Line: m.Line, Column: m.Column},
	}
	if o.Workspace == "" {
		o.Workspace = "default"
	}
	if o.Suffix == "" {
		o.Suffix = o.Name
	}
	switch {
	case m.at("spec", "backendConfig", "disable") == true:
		o.Backend = "disabled"
	case m.text("spec", "backendConfig", "customConfiguration") != "", m.text("spec", "backendConfig", "configPath") != "",
		m.at("spec", "backendConfigsFrom") != nil, m.at("spec", "cloud") != nil:
		o.Backend = "custom"
	}
	return o
}

// at returns the value at a path of keys, or nil.
func (m *Manifest) at(path ...string) any {
	var value any = m.Object
	for _, key := range path {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}

func (m *Manifest) text(path ...string) string {
	text, _ := m.at(path...).(string)
	return text
}
