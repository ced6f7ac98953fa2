package standin

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
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
			all = append(all, Managed{r.Type + "." + r.Name, i.Attributes})
		}
	}
	return all
}

func resourcesOf(all []Managed) []stateResource {
	resources := []stateResource{}
	for _, m := range all {
		kind, name, _ := strings.Cut(m.Address, ".")
		resources = append(resources, stateResource{"managed", kind, name, []stateInstance{{m.Attributes}}})
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
