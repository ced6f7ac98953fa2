package page

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lotus-lake/lotus-gate/policy"
)

// Request is an admission request, as an example of rules that judge these.
// Missing parts of Live are empty lists and null.
type Request struct {
	Operation string         `yaml:"operation"` // CREATE, UPDATE or DELETE
	User      User           `yaml:"user"`
	Resource  string         `yaml:"resource"` // group/version/resource; the core group is "core"
	Namespace string         `yaml:"namespace"`
	Name      string         `yaml:"name"`
	Unchanged bool           `yaml:"unchanged,omitempty"`
	Object    map[string]any `yaml:"object,omitempty"`
	OldObject map[string]any `yaml:"old_object,omitempty"`
	Live      map[string]any `yaml:"live,omitempty"`
}

// User is who asks.
type User struct {
	Name   string   `yaml:"name"`
	Groups []string `yaml:"groups,omitempty"`
}

// Document is the `request` document that the webhook makes of it.
func (r Request) Document() policy.Document {
	groups := make([]any, len(r.User.Groups))
	for i, g := range r.User.Groups {
		groups[i] = g
	}
	live := map[string]any{"terraforms": []any{}, "missing": []any{}, "state": nil}
	for key, value := range r.Live {
		live[key] = value
	}
	group, version, resource := policy.SplitResource(r.Resource)
	return policy.Document{Kind: "request", Input: map[string]any{
		"operation": r.Operation, "user": map[string]any{"name": r.User.Name, "groups": groups},
		"resource":  map[string]any{"group": group, "version": version, "resource": resource},
		"namespace": r.Namespace, "name": r.Name, "subresource": "", "dry_run": false,
		"object": orNull(r.Object), "old_object": orNull(r.OldObject), "unchanged": r.Unchanged, "live": live,
	}}
}

func orNull(object map[string]any) any {
	if object == nil {
		return nil
	}
	return object
}

func (r Request) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "`%s` of %s `%s/%s` by `%s`\n\n```yaml\n", r.Operation, r.Resource, r.Namespace, r.Name, r.User.Name)
	enc := yaml.NewEncoder(b)
	enc.SetIndent(2)
	if err := enc.Encode(r.shown()); err != nil {
		fmt.Fprintln(b, err)
	}
	b.WriteString("```\n\n")
}

// shown is what the heading does not say.
func (r Request) shown() any {
	return struct {
		Groups    []string       `yaml:"groups,omitempty"`
		Unchanged bool           `yaml:"unchanged,omitempty"`
		Object    map[string]any `yaml:"object,omitempty"`
		OldObject map[string]any `yaml:"old_object,omitempty"`
		Live      map[string]any `yaml:"live,omitempty"`
	}{r.User.Groups, r.Unchanged, r.Object, r.OldObject, r.Live}
}
