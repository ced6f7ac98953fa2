package standin

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lotus-lake/lotus-gate/tofu"
)

// stateFile is a Terraform state of version 4, as far as these runners write it.
type stateFile struct {
	Version          int             `json:"version"`
	TerraformVersion string          `json:"terraform_version"`
	Serial           int             `json:"serial"`
	Lineage          string          `json:"lineage"`
	Resources        []stateResource `json:"resources"`
}

type stateResource struct {
	Mode      string          `json:"mode"`
	Type      string          `json:"type"`
	Name      string          `json:"name"`
	Instances []stateInstance `json:"instances"`
}

type stateInstance struct {
	IndexKey   *int           `json:"index_key,omitempty"` // of a resource with count
	Attributes map[string]any `json:"attributes"`
}

func (s *stateFile) unpack(packed []byte) error {
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	return json.NewDecoder(unpacked).Decode(s)
}

func (s *stateFile) managed() []Managed {
	var all []Managed
	for _, r := range s.Resources {
		for _, i := range r.Instances {
			address := r.Type + "." + r.Name
			if i.IndexKey != nil {
				address += fmt.Sprintf("[%d]", *i.IndexKey)
			}
			all = append(all, Managed{address, i.Attributes})
		}
	}
	return all
}

// inventory is what tofu-controller tells of a state: type, name and id of each resource.
func (s *stateFile) inventory() *tofu.Inventory {
	inventory := &tofu.Inventory{}
	for _, m := range s.managed() {
		kind, name, _ := strings.Cut(m.Address, ".")
		id, _ := m.Attributes[strings.TrimPrefix(kind, "airbyte_")+"_id"].(string)
		inventory.Entries = append(inventory.Entries, tofu.InventoryEntry{Name: name, Type: kind, Identifier: id})
	}
	return inventory
}

func resourcesOf(all []Managed) []stateResource {
	resources := []stateResource{}
	for _, m := range all {
		kind, name, _ := strings.Cut(m.Address, ".")
		instance := stateInstance{Attributes: m.Attributes}
		if before, _, indexed := strings.Cut(name, "["); indexed {
			name, instance.IndexKey = before, new(int) // these runners count to one
		}
		resources = append(resources, stateResource{"managed", kind, name, []stateInstance{instance}})
	}
	return resources
}

// State is a state of version 4 with some resources, as Terraform writes it to a file.
func State(lineage string, serial int, all []Managed) []byte {
	text, err := json.MarshalIndent(stateFile{4, "1.9.8", serial, lineage, resourcesOf(all)}, "", "  ")
	if err != nil {
		panic(err) // strings and maps of them can be encoded
	}
	return append(text, '\n')
}
