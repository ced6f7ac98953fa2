package tfstate

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
)

// Role is what a resource is to Airbyte; "" for what is not Airbyte's.
type Role string

// Roles.
const (
	Source      Role = "source"
	Destination Role = "destination"
	Connection  Role = "connection"
)

// RoleOf tells the role of a resource type, of the generic and of the connectors'
// own types: airbyte_source, airbyte_source_shopify.
func RoleOf(resourceType string) Role {
	for _, role := range []Role{Source, Destination, Connection} {
		rest, ok := strings.CutPrefix(resourceType, "airbyte_"+string(role))
		if ok && (rest == "" || rest[0] == '_') && !strings.HasSuffix(rest, "definition") {
			return role
		}
	}
	return ""
}

// resource is a resource of a state, as far as it is read.
type resource struct {
	Module    string `json:"module"`
	Mode      string `json:"mode"`
	Type      string `json:"type"`
	Name      string `json:"name"`
	Instances []struct {
		IndexKey   json.RawMessage `json:"index_key"`
		Deposed    string          `json:"deposed"`
		Attributes json.RawMessage `json:"attributes"`
	} `json:"instances"`
}

// instances adds those of a managed resource.
func (r *resource) instances(to []Instance, key leaf.Key) ([]Instance, error) {
	if r.Mode != "managed" {
		return to, nil
	}
	block := r.Type + "." + r.Name
	if r.Module != "" {
		block = r.Module + "." + block
	}
	role := RoleOf(r.Type)
	for _, at := range r.Instances {
		instance := Instance{Address: block + index(at.IndexKey), Block: block, Module: r.Module, Type: r.Type, Deposed: at.Deposed != "", Role: role}
		if role != "" {
			if err := instance.fill(at.Attributes, key); err != nil {
				return nil, fmt.Errorf("attributes: %w", err)
			}
		}
		to = append(to, instance)
	}
	return to, nil
}

// attributes are those of Airbyte's resources that are read.
type attributes struct {
	ID            any             `json:"id"`
	SourceID      string          `json:"source_id"`
	DestinationID string          `json:"destination_id"`
	ConnectionID  string          `json:"connection_id"`
	Name          string          `json:"name"`
	Status        string          `json:"status"`
	ScheduleType  string          `json:"schedule_type"`
	ScheduleData  json.RawMessage `json:"schedule_data"`
	Namespace     string          `json:"namespace_definition"`
	Format        string          `json:"namespace_format"`
	Prefix        string          `json:"prefix"`
	Connector     json.RawMessage `json:"connection_configuration"`
	Configuration json.RawMessage `json:"configuration"`
}

func (i *Instance) fill(raw json.RawMessage, key leaf.Key) error {
	if len(raw) == 0 {
		return nil
	}
	var a attributes
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	i.Name, i.Status = a.Name, a.Status
	switch i.Role {
	case Source:
		i.ID = a.SourceID
	case Destination:
		i.ID = a.DestinationID
	case Connection:
		i.ID, i.SourceID, i.DestinationID = a.ConnectionID, a.SourceID, a.DestinationID
	}
	if text, ok := a.ID.(string); ok && i.ID == "" {
		i.ID = text
	}
	if i.Role == Connection {
		i.Settings = Settings(key, map[string]string{
			"schedule_type": a.ScheduleType, "namespace_definition": a.Namespace, "namespace_format": a.Format, "prefix": a.Prefix,
		}, a.ScheduleData)
		return nil
	}
	configuration := a.Connector
	if len(configuration) == 0 || string(configuration) == "null" {
		configuration = a.Configuration
	}
	i.Settings = key.Of(configuration)
	for _, l := range i.Settings {
		if leaf.IsAccessKey(l.Path[strings.LastIndexByte(l.Path, '.')+1:]) {
			i.AccessKeys = append(i.AccessKeys, AccessKeyHeld{l.Path, l.Digest})
		}
	}
	return nil
}

// index writes the key of an instance as Terraform does.
func index(raw json.RawMessage) string {
	var text string
	switch {
	case len(raw) == 0, string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &text) == nil:
		return "[" + strconv.Quote(text) + "]"
	}
	return "[" + string(raw) + "]"
}
