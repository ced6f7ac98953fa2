package kube

import (
	"context"
	"encoding/json"
	"path"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Kind is a kind as the cluster serves it.
type Kind struct {
	Resource
	Kind       string
	Namespaced bool
}

// Discover finds a resource in a version of its group or, with "" or "*", in the
// first that has it, the server's preferred one before the others. It is a
// *NotInstalled when no version has it.
func Discover(ctx context.Context, c *Client, r Resource) (Kind, error) {
	versions := []string{r.Version}
	if r.Version == "" || r.Version == "*" {
		var err error
		if versions, err = c.versions(ctx, r); err != nil {
			return Kind{}, err
		}
	}
	for _, version := range versions {
		var list metav1.APIResourceList
		at := r
		at.Version = version
		if err := c.read(ctx, at, base(Resource{Group: r.Group, Version: version}, ""), &list); err != nil {
			return Kind{}, err
		}
		for _, served := range list.APIResources {
			if served.Name == r.Resource {
				return Kind{at, served.Kind, served.Namespaced}, nil
			}
		}
	}
	return Kind{}, &NotInstalled{r}
}

// versions are those of a group, the preferred one first.
func (c *Client) versions(ctx context.Context, r Resource) ([]string, error) {
	if r.Group == "" {
		return []string{"v1"}, nil
	}
	var group metav1.APIGroup
	if err := c.read(ctx, r, path.Join("/apis", r.Group), &group); err != nil {
		return nil, err
	}
	versions := []string{group.PreferredVersion.Version}
	for _, v := range group.Versions {
		if v.Version != versions[0] {
			versions = append(versions, v.Version)
		}
	}
	return versions, nil
}

// read reads what describes a resource.
func (c *Client) read(ctx context.Context, r Resource, path string, into any) error {
	asked := access{verb: "get", resource: r}
	result := c.rest.Get().AbsPath(path).Do(ctx)
	if err := result.Error(); err != nil {
		return asked.failed(err)
	}
	raw, _ := result.Raw()
	if err := json.Unmarshal(raw, into); err != nil {
		return asked.failed(undecodable(err))
	}
	return nil
}
