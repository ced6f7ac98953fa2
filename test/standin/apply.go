package standin

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Managed is one resource of a state that Apply keeps.
type Managed struct {
	Address    string
	Attributes map[string]any
}

const nullResource = "null_resource"

// airbyteKinds in the order in which Terraform makes them; it destroys in the opposite one.
var airbyteKinds = []string{"source", "destination", "connection"}

// Apply does what `terraform apply` with the providers for Airbyte and null does of one module: it refreshes, imports, destroys, replaces, creates and
// updates sources, destinations and connections, runs the provisioner of a null_resource when that is made, and returns the new state, also with an error.
// Expressions are evaluated by HCL itself. As the provider does, it never reads connection_configuration back.
func Apply(api *AirbyteAPI, files Files, dir string, variables map[string]string, before []Managed) ([]Managed, error) {
	m, err := readModule(files, dir, variables)
	if err != nil {
		return before, err
	}
	a := &apply{module: m, api: api, state: map[string]map[string]any{}}
	for _, m := range before {
		a.state[m.Address] = maps.Clone(m.Attributes)
	}
	a.refresh()
	if err := a.imports(); err != nil {
		return a.managed(), err
	}
	a.destroy()
	for _, kind := range airbyteKinds {
		for _, block := range a.blocks {
			if block.Type == "resource" && block.Labels[0] == "airbyte_"+kind {
				if err := a.resource(kind, block); err != nil {
					return a.managed(), fmt.Errorf("%s: %w", address(block), err)
				}
			}
		}
	}
	for _, block := range a.blocks {
		if block.Type == "resource" && block.Labels[0] == nullResource {
			if err := a.null(block); err != nil {
				return a.managed(), fmt.Errorf("%s: %w", address(block), err)
			}
		}
	}
	return a.managed(), nil
}

type apply struct {
	*module
	api   *AirbyteAPI
	state map[string]map[string]any
}

// kindOf an address: source, destination or connection; "" for other resources.
func kindOf(address string) string {
	kind, _ := strings.CutPrefix(strings.Split(address, ".")[0], "airbyte_")
	if slices.Contains(airbyteKinds, kind) {
		return kind
	}
	return ""
}

// refresh forgets what Airbyte does not have any more.
func (a *apply) refresh() {
	for address, attributes := range a.state {
		kind := kindOf(address)
		if kind == "" {
			continue
		}
		id, _ := attributes[kind+"_id"].(string)
		if _, exists := a.api.Get(kind, id); !exists {
			delete(a.state, address)
		}
	}
}

func (a *apply) imports() error {
	for _, block := range a.blocks {
		to, id := block.Body.Attributes["to"], block.Body.Attributes["id"]
		if block.Type != "import" || to == nil || id == nil {
			continue
		}
		traversal, diagnostics := hcl.AbsTraversalForExpr(to.Expr)
		if diagnostics.HasErrors() || len(traversal) != 2 {
			return fmt.Errorf("import: %w", diagnostics)
		}
		name, ok := traversal[1].(hcl.TraverseAttr)
		if !ok {
			return fmt.Errorf("import to %v", traversal)
		}
		at := traversal.RootName() + "." + name.Name
		value, err := a.value(id.Expr)
		if err != nil {
			return err
		}
		text, _ := value.(string)
		kind := kindOf(at)
		if object, exists := a.api.Get(kind, text); exists && a.state[at] == nil {
			a.state[at] = map[string]any{kind + "_id": text, "name": object["name"], "source_id": object["sourceId"], "destination_id": object["destinationId"]}
		}
	}
	return nil
}

// destroy removes what is not declared, connections first.
func (a *apply) destroy() {
	for _, kind := range []string{"", "connection", "destination", "source"} {
		for at, attributes := range a.state {
			declared := slices.ContainsFunc(a.blocks, func(b *hclsyntax.Block) bool { return address(b) == strings.Split(at, "[")[0] })
			if kindOf(at) != kind || declared {
				continue
			}
			if kind != "" {
				a.api.Remove(kind, attributes[kind+"_id"].(string))
			}
			delete(a.state, at)
		}
	}
}

// resource makes or changes one of Airbyte's.
func (a *apply) resource(kind string, block *hclsyntax.Block) error {
	attributes := map[string]any{}
	for name, attribute := range block.Body.Attributes {
		value, err := a.value(attribute.Expr)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		attributes[name] = value
	}
	object := object(kind, attributes)
	at := address(block)
	if old := a.state[at]; old != nil {
		id := old[kind+"_id"].(string)
		if kind == "connection" && (old["source_id"] != attributes["source_id"] || old["destination_id"] != attributes["destination_id"]) {
			a.api.Remove(kind, id) // its ends cannot be changed: it is replaced
		} else {
			object[kind+"Id"] = id
		}
	}
	attributes[kind+"_id"] = a.api.Put(kind, object)
	a.state[at] = attributes
	return a.know(block, attributes)
}

// object is what the provider sends for the attributes of a resource.
func object(kind string, attributes map[string]any) Object {
	o := Object{"name": attributes["name"]}
	if kind != "connection" {
		o["connectionConfiguration"] = attributes["connection_configuration"]
		if text, encoded := attributes["connection_configuration"].(string); encoded {
			var configuration map[string]any
			if json.Unmarshal([]byte(text), &configuration) == nil {
				o["connectionConfiguration"] = configuration
			}
		}
		return o
	}
	for name, field := range map[string]string{
		"source_id": "sourceId", "destination_id": "destinationId", "status": "status", "namespace_definition": "namespaceDefinition",
		"namespace_format": "namespaceFormat", "schedule_type": "scheduleType", "sync_catalog": "syncCatalog",
	} {
		if value := attributes[name]; value != nil {
			o[field] = value
		}
	}
	if schedule, ok := attributes["schedule_data"].(map[string]any); ok {
		if cron, ok := schedule["cron"].(map[string]any); ok {
			o["scheduleData"] = map[string]any{"cron": map[string]any{"cronExpression": cron["cron_expression"], "cronTimeZone": cron["cron_time_zone"]}}
		}
	}
	return o
}

// null makes, replaces or destroys the one instance of a null_resource.
func (a *apply) null(block *hclsyntax.Block) error {
	at := address(block)
	count, err := a.count(block)
	if err != nil {
		return err
	}
	if count >= 0 {
		at += "[0]"
	}
	if count == 0 {
		delete(a.state, at)
		return nil
	}
	var triggers any
	if attribute := block.Body.Attributes["triggers"]; attribute != nil {
		if triggers, err = a.value(attribute.Expr); err != nil {
			return err
		}
	}
	if old := a.state[at]; old != nil && reflect.DeepEqual(old["triggers"], triggers) {
		return nil
	}
	if err := a.provision(block); err != nil {
		return err
	}
	a.state[at] = map[string]any{"id": newID(), "triggers": triggers}
	return nil
}

func (a *apply) managed() []Managed {
	var all []Managed
	for address, attributes := range a.state {
		all = append(all, Managed{address, attributes})
	}
	slices.SortFunc(all, func(x, y Managed) int { return strings.Compare(x.Address, y.Address) })
	return all
}
