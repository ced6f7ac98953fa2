package kube

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
)

// Resource names a kind as the API's paths do, for example terraforms of
// infra.contrib.fluxcd.io/v1alpha2.
type Resource = schema.GroupVersionResource

// Bounds of one list.
const (
	page       = 250     // objects in one answer, when the client says nothing
	maxObjects = 100_000 // in all
)

// Metadata is an object without its content.
type Metadata struct {
	metav1.ObjectMeta `json:"metadata"`
}

const (
	metadataOnly     = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
	metadataOnlyList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
)

// Get reads one object into T, which names the JSON fields that are wanted; with
// Metadata the server sends no more than that. The error is a *Denied, *Missing,
// *NotInstalled or another.
func Get[T any](ctx context.Context, c *Client, r Resource, namespace, name string) (*T, error) {
	asked := access{"get", r, namespace, name}
	if name == "" || len(rest.IsValidPathSegmentName(name)) > 0 || len(rest.IsValidPathSegmentName(namespace)) > 0 {
		return nil, &Missing{asked} // no object can have such a name, and none other must be asked for
	}
	request := c.rest.Get().AbsPath(base(r, namespace), name)
	if _, ok := any(new(T)).(*Metadata); ok {
		request.SetHeader("Accept", metadataOnly)
	}
	result := request.Do(quiet(ctx))
	if err := result.Error(); err != nil {
		return nil, asked.failed(err)
	}
	raw, _ := result.Raw()
	var object T
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, asked.failed(undecodable(err))
	}
	return &object, nil
}

// List reads the objects of a namespace, or of all with "", as Get does, and hands
// each over; an error of each ends the list. labels is a selector, "" for none.
func List[T any](ctx context.Context, c *Client, r Resource, namespace, labels string, each func(*T) error) error {
	asked := access{"list", r, namespace, ""}
	if len(rest.IsValidPathSegmentName(namespace)) > 0 {
		return fmt.Errorf("%s: no namespace can have that name", asked)
	}
	var token string
	for count := 0; ; {
		request := c.rest.Get().AbsPath(base(r, namespace)).Param("limit", fmt.Sprint(cmp.Or(c.Page, page)))
		if token != "" {
			request.Param("continue", token)
		}
		if labels != "" {
			request.Param("labelSelector", labels)
		}
		if _, ok := any(new(T)).(*Metadata); ok {
			request.SetHeader("Accept", metadataOnlyList)
		}
		result := request.Do(quiet(ctx))
		if err := result.Error(); err != nil {
			return asked.failed(err)
		}
		raw, _ := result.Raw()
		var list struct {
			metav1.ListMeta `json:"metadata"`
			Items           []T `json:"items"`
		}
		if err := json.Unmarshal(raw, &list); err != nil {
			return asked.failed(undecodable(err))
		}
		if count += len(list.Items); count > maxObjects {
			return asked.failed(fmt.Errorf("there are more than %d", maxObjects))
		}
		for i := range list.Items {
			if err := each(&list.Items[i]); err != nil {
				return err
			}
		}
		if token = list.Continue; token == "" {
			return nil
		}
	}
}

// base is the path of a kind's objects in a namespace, or in all with "".
func base(r Resource, namespace string) string {
	root := "/api"
	if r.Group != "" {
		root = "/apis"
	}
	if namespace != "" {
		return path.Join(root, r.Group, r.Version, "namespaces", namespace, r.Resource)
	}
	return path.Join(root, r.Group, r.Version, r.Resource)
}

// Service reads a path of a service in the cluster, through the API server's proxy.
func (c *Client) Service(ctx context.Context, namespace, name, scheme, port, at string) (io.ReadCloser, error) {
	services := Resource{Version: "v1", Resource: "services"}
	asked := access{"get", Resource{Version: "v1", Resource: "services/proxy"}, namespace, name}
	if len(rest.IsValidPathSegmentName(name)) > 0 || len(rest.IsValidPathSegmentName(namespace)) > 0 {
		return nil, &Missing{asked}
	}
	target := scheme + ":" + name + ":" + port
	body, err := c.rest.Get().AbsPath(base(services, namespace), target, "proxy", at).Stream(quiet(ctx))
	if err != nil {
		return nil, asked.failed(err)
	}
	return body, nil
}

// quiet keeps client-go from logging what is told as an error anyway.
func quiet(ctx context.Context) context.Context { return klog.NewContext(ctx, logr.Discard()) }
