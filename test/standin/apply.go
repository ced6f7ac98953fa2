package standin

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/parse/hcl"
)

// Managed is one resource of a state that Apply keeps.
type Managed struct {
	Address    string
	Attributes map[string]any
}

// airbyteKinds in the order in which Terraform makes them; it destroys in the opposite one.
var airbyteKinds = []string{"source", "destination", "connection"}

// Apply does what `terraform apply` with the provider for Airbyte does of one module: it refreshes, imports, destroys, replaces, creates and updates
// sources, destinations and connections, and returns the new state. Attributes are literals, variables, and ids of other resources; all else of the
// language is beyond it. As the provider does, it never reads connection_configuration back.
func Apply(api *AirbyteAPI, files Files, dir string, variables map[string]string, before []Managed) ([]Managed, error) {
	a := &apply{api: api, variables: variables, state: map[string]map[string]any{}}
	for _, m := range before {
		a.state[m.Address] = m.Attributes
	}
	for name, content := range files {
		if path.Dir(name) != path.Clean(dir) || !strings.HasSuffix(name, ".tf") {
			continue
		}
		file := hcl.Parse(name, content)
		if len(file.Problems) > 0 {
			return before, fmt.Errorf("%s: %s", name, file.Problems[0].Message)
		}
		for i := range file.Blocks {
			if block := &file.Blocks[i]; block.Type == "resource" || block.Type == "import" {
				a.blocks = append(a.blocks, block)
			}
		}
	}
	slices.SortFunc(a.blocks, func(x, y *hcl.Block) int {
		return strings.Compare(strings.Join(x.Labels, "."), strings.Join(y.Labels, "."))
	})
	a.refresh()
	a.imports()
	a.destroy()
	for _, kind := range airbyteKinds {
		for _, block := range a.blocks {
			if block.Type == "resource" && block.Labels[0] == "airbyte_"+kind {
				if err := a.resource(kind, block); err != nil {
					return a.managed(), err
				}
			}
		}
	}
	return a.managed(), nil
}

type apply struct {
	api       *AirbyteAPI
	variables map[string]string
	state     map[string]map[string]any
	blocks    []*hcl.Block
}

func kindOf(address string) string {
	return strings.TrimPrefix(strings.Split(address, ".")[0], "airbyte_")
}

// refresh forgets what Airbyte does not have any more.
func (a *apply) refresh() {
	for address, attributes := range a.state {
		kind := kindOf(address)
		id, _ := attributes[kind+"_id"].(string)
		if _, exists := a.api.Get(kind, id); !exists {
			delete(a.state, address)
		}
	}
}

func (a *apply) imports() {
	for _, block := range a.blocks {
		to, id := block.Attribute("to"), block.Attribute("id")
		if block.Type != "import" || to == nil || id == nil || a.state[to.Text] != nil {
			continue
		}
		text, _ := id.Value.(string)
		kind := kindOf(to.Text)
		if object, exists := a.api.Get(kind, text); exists {
			a.state[to.Text] = map[string]any{kind + "_id": text, "name": object["name"], "source_id": object["sourceId"], "destination_id": object["destinationId"]}
		}
	}
}

// destroy removes what is not declared, connections first.
func (a *apply) destroy() {
	for _, kind := range slices.Backward(airbyteKinds) {
		for address, attributes := range a.state {
			declared := slices.ContainsFunc(a.blocks, func(b *hcl.Block) bool { return strings.Join(b.Labels, ".") == address })
			if kindOf(address) == kind && !declared {
				a.api.Remove(kind, attributes[kind+"_id"].(string))
				delete(a.state, address)
			}
		}
	}
}

// resource makes or changes one.
func (a *apply) resource(kind string, block *hcl.Block) error {
	address := strings.Join(block.Labels, ".")
	attributes, configuration := map[string]any{}, map[string]any{}
	for i := range block.Attributes {
		attribute := &block.Attributes[i]
		if attribute.Name != "connection_configuration" {
			value, err := a.value(attribute.Expression)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", address, attribute.Name, err)
			}
			attributes[attribute.Name] = value
			continue
		}
		for k := range attribute.Leaves {
			leaf := &attribute.Leaves[k]
			value, err := a.value(leaf.Expression)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", address, leaf.Path, err)
			}
			set(configuration, strings.Split(leaf.Path, "."), value)
		}
	}
	object := Object{"name": attributes["name"]}
	if kind == "connection" {
		object["sourceId"], object["destinationId"], object["status"] = attributes["source_id"], attributes["destination_id"], attributes["status"]
	} else {
		object["connectionConfiguration"] = configuration
		attributes["connection_configuration"] = configuration
	}
	if old := a.state[address]; old != nil {
		id := old[kind+"_id"].(string)
		if kind == "connection" && (old["source_id"] != attributes["source_id"] || old["destination_id"] != attributes["destination_id"]) {
			a.api.Remove(kind, id) // its ends cannot be changed: it is replaced
		} else {
			object[kind+"Id"] = id
		}
	}
	attributes[kind+"_id"] = a.api.Put(kind, object)
	a.state[address] = attributes
	return nil
}

// value is that of a literal, a variable or an attribute of another resource.
func (a *apply) value(e *hcl.Expression) (any, error) {
	if e.Literal {
		return e.Value, nil
	}
	if len(e.References) != 1 {
		return nil, fmt.Errorf("%s is more than this stand-in can evaluate", e.Text)
	}
	parts := e.References[0].Parts
	if parts[0] == "var" && len(parts) == 2 {
		return a.variables[parts[1]], nil
	}
	if of := a.state[strings.Join(parts[:2], ".")]; of != nil && len(parts) == 3 {
		return of[parts[2]], nil
	}
	return nil, fmt.Errorf("%s is more than this stand-in can evaluate", e.Text)
}

func set(object map[string]any, at []string, value any) {
	if len(at) == 1 {
		object[at[0]] = value
		return
	}
	inner, _ := object[at[0]].(map[string]any)
	if inner == nil {
		inner = map[string]any{}
		object[at[0]] = inner
	}
	set(inner, at[1:], value)
}

func (a *apply) managed() []Managed {
	var all []Managed
	for address, attributes := range a.state {
		all = append(all, Managed{address, attributes})
	}
	slices.SortFunc(all, func(x, y Managed) int { return strings.Compare(x.Address, y.Address) })
	return all
}
