package airbyte

import (
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/lotus-lake/lotus-gate/validate/audit/leaf"
	"github.com/lotus-lake/lotus-gate/validate/audit/tfstate"
)

// Object is a source, a destination or a connection.
type Object struct {
	Role          tfstate.Role
	ID            string
	Name          string
	Status        string // of a connection: active, inactive or deprecated
	SourceID      string // of a connection
	DestinationID string
	Settings      []leaf.Leaf // masked credentials left out
}

// Inventory is what a workspace has.
type Inventory struct{ Objects []Object }

// List reads sources, destinations and connections. What is wrong with one list
// spoils the whole: without it nobody could say what is missing.
func (c *Client) List(ctx context.Context) (*Inventory, error) {
	roles := []tfstate.Role{tfstate.Source, tfstate.Destination, tfstate.Connection}
	lists := make([][]Object, len(roles))
	group, ctx := errgroup.WithContext(ctx)
	for i, role := range roles {
		group.Go(func() (err error) {
			lists[i], err = c.list(ctx, role)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	inventory := &Inventory{}
	for _, list := range lists {
		inventory.Objects = append(inventory.Objects, list...)
	}
	return inventory, nil
}

// list reads one kind, in pages where the server says that there is more.
func (c *Client) list(ctx context.Context, role tfstate.Role) ([]Object, error) {
	endpoint, field := string(role)+"s/list", string(role)+"s"
	var all []Object
	seen := map[string]bool{}
	for {
		body := map[string]any{"workspaceId": c.config.Workspace}
		if len(all) > 0 {
			body["pagination"] = map[string]any{"pageSize": pageSize, "rowOffset": len(all)}
		}
		var got []Object
		var total int
		err := c.post(ctx, endpoint, body, func(dec *json.Decoder) (err error) {
			got = got[:0]
			total, err = envelope(dec, field, func() error {
				object, err := c.object(dec, role)
				if err == nil && len(all)+len(got) >= maxObjects {
					err = errTooMany
				}
				got = append(got, object)
				return err
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, object := range got {
			if !seen[object.ID] {
				seen[object.ID] = true
				all = append(all, object)
			}
		}
		if total <= len(all) {
			return all, nil
		}
		if len(all) == before {
			return nil, &askedError{endpoint, fmt.Errorf("the server says that there are %d, and gives no more than %d", total, len(all))}
		}
	}
}

const pageSize = 1000

// answer is one element of a list, as far as it is read.
type answer struct {
	SourceID      string          `json:"sourceId"`
	DestinationID string          `json:"destinationId"`
	ConnectionID  string          `json:"connectionId"`
	Name          string          `json:"name"`
	Status        string          `json:"status"`
	ScheduleType  string          `json:"scheduleType"`
	ScheduleData  json.RawMessage `json:"scheduleData"`
	Namespace     string          `json:"namespaceDefinition"`
	Format        string          `json:"namespaceFormat"`
	Prefix        string          `json:"prefix"`
	Configuration json.RawMessage `json:"connectionConfiguration"`
}

func (c *Client) object(dec *json.Decoder, role tfstate.Role) (Object, error) {
	var a answer
	if err := dec.Decode(&a); err != nil {
		return Object{}, err
	}
	object := Object{Role: role, Name: a.Name}
	switch role {
	case tfstate.Source:
		object.ID, object.Settings = a.SourceID, c.config.Key.Of(a.Configuration)
	case tfstate.Destination:
		object.ID, object.Settings = a.DestinationID, c.config.Key.Of(a.Configuration)
	default:
		object.ID, object.Status, object.SourceID, object.DestinationID = a.ConnectionID, a.Status, a.SourceID, a.DestinationID
		object.Settings = tfstate.Settings(c.config.Key, map[string]string{
			"schedule_type": a.ScheduleType, "namespace_definition": a.Namespace, "namespace_format": a.Format, "prefix": a.Prefix,
		}, a.ScheduleData)
	}
	if object.ID == "" {
		return object, errForm // without it nothing can be compared
	}
	return object, nil
}
